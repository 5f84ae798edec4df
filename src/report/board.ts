import type { Event, Failure, Phase } from '../core/event.ts'

/** One task of a phase, as far as it has come. */
export interface TaskRow {
  readonly id: string
  readonly phase: Phase
  readonly host: string | undefined
  readonly title: string
  /** On the clock that the board was given. */
  readonly startedAt: number
  readonly state: 'running' | 'done' | 'failed'
  readonly durationMs: number | undefined
  /** The last line that it printed, or what it said at its end. */
  readonly line: string
  readonly progress:
    { readonly done: number; readonly total: number; readonly unit: 'bytes' | 'steps' } | undefined
}

export interface PhaseRow {
  readonly phase: Phase
  readonly startedAt: number
  readonly state: 'running' | 'done' | 'failed'
  readonly durationMs: number | undefined
  readonly summary: string
}

/** Where a run stands: what its events so far add up to. */
export interface Board {
  readonly phases: Map<Phase, PhaseRow>
  readonly tasks: Map<string, TaskRow>
}

const open = { state: 'running', durationMs: undefined, summary: '' } as const
const waiting = { state: 'running', durationMs: undefined, line: '', progress: undefined } as const

export const emptyBoard = (): Board => ({ phases: new Map(), tasks: new Map() })

/** Takes in one event; `now` is the time on any steady clock, in milliseconds. */
export function advance(board: Board, event: Event, now: number): void {
  const task = 'task' in event ? board.tasks.get(event.task) : undefined
  switch (event.event) {
    case 'phase-started':
      board.phases.set(event.phase, { ...open, phase: event.phase, startedAt: now })
      return
    case 'phase-finished': {
      const { phase, ok, durationMs, summary } = event
      const state = ok ? 'done' : 'failed'
      board.phases.set(phase, { phase, state, startedAt: now - durationMs, durationMs, summary })
      return
    }
    case 'task-started': {
      const { task: id, phase, host, title } = event
      board.tasks.set(id, { ...waiting, id, phase, host, title, startedAt: now })
      return
    }
    case 'task-output':
      if (task && event.line.trim() !== '') board.tasks.set(task.id, { ...task, line: event.line })
      return
    case 'task-progress':
      if (task) board.tasks.set(task.id, { ...task, progress: event })
      return
    case 'task-finished':
    case 'task-failed': {
      const line = event.event === 'task-failed' ? firstLine(event.failure) : (event.summary ?? '')
      const state = event.event === 'task-failed' ? 'failed' : 'done'
      if (task)
        board.tasks.set(task.id, { ...task, state, durationMs: event.durationMs, line, progress: undefined })
      return
    }
    default:
      return
  }
}

const firstLine = ({ message }: Failure): string => message.split('\n')[0] ?? ''

export const tasksOf = (board: Board, phase: Phase): TaskRow[] =>
  [...board.tasks.values()].filter((task) => task.phase === phase)
