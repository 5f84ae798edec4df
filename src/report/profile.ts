import { phases, type Event, type Phase } from '../core/event.ts'
import type { Traffic } from '../core/traffic.ts'

/** An event with the time at which it came, in milliseconds since the run began. */
export interface Stamped {
  readonly at: number
  readonly event: Event
}

/** Something that took time. Milliseconds since the run began. */
export interface Span {
  readonly kind: 'phase' | 'task' | 'part'
  /** Of a task its id, so that others can need it. */
  readonly id: string
  readonly name: string
  readonly phase: Phase | undefined
  readonly host: string | undefined
  readonly start: number
  readonly end: number
  readonly failed: boolean
}

/** Where the time of a run went. */
export interface Profile {
  /** In the order in which they began. */
  readonly spans: readonly Span[]
  /** By host. */
  readonly traffic: ReadonlyMap<string, Traffic>
  /** What each step of the plan waited for. */
  readonly needs: ReadonlyMap<string, readonly string[]>
  readonly end: number
}

/** @param end of the run: what nobody ended ends then */
export function profileOf(stamped: readonly Stamped[], end: number): Profile {
  const open = new Map<string, Omit<Span, 'end' | 'failed'>>()
  const spans: Span[] = []
  const close = (key: string, at: number, outcome: 'done' | 'failed') => {
    const span = open.get(key)
    if (span) spans.push({ ...span, end: at, failed: outcome === 'failed' })
    open.delete(key)
  }
  const traffic = new Map<string, Traffic>()
  const needs = new Map<string, readonly string[]>()
  for (const { at, event } of stamped) {
    switch (event.event) {
      case 'phase-started': {
        const { phase } = event
        open.set(phase, { kind: 'phase', id: phase, name: phase, phase, host: undefined, start: at })
        break
      }
      case 'phase-finished':
        close(event.phase, at, event.ok ? 'done' : 'failed')
        break
      case 'task-started': {
        const { task, phase, host, title } = event
        open.set(`task ${task}`, { kind: 'task', id: task, name: title, phase, host, start: at })
        break
      }
      case 'task-finished':
        close(`task ${event.task}`, at, 'done')
        break
      case 'task-failed':
        close(`task ${event.task}`, at, 'failed')
        break
      case 'timed': {
        const { what, host, durationMs } = event
        const start = Math.max(0, at - durationMs)
        const span = { id: what, name: what, phase: undefined, host, start, end: at }
        spans.push({ kind: 'part', ...span, failed: false })
        break
      }
      case 'traffic':
        traffic.set(event.host, event.traffic)
        break
      case 'planned':
        for (const step of event.plan.steps) needs.set(step.id, step.needs)
        break
      default:
        break
    }
  }
  for (const key of [...open.keys()]) close(key, end, 'failed')
  return { spans: spans.sort((a, b) => a.start - b.start), traffic, needs, end }
}

/** The phases that there were, in their order. */
export const phasesIn = ({ spans }: Profile): readonly Span[] =>
  phases.flatMap((phase) => spans.filter(({ kind, id }) => kind === 'phase' && id === phase))

/** The hosts that there were, in the order in which something first happened on them. */
export const hostsIn = ({ spans, traffic }: Profile): readonly string[] => [
  ...new Set([...spans.flatMap(({ host }) => (host === undefined ? [] : [host])), ...traffic.keys()]),
]
