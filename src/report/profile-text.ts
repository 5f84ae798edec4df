import { showBytes } from '../core/text/bytes.ts'
import { taskTitle } from '../core/track.ts'
import { noTraffic, type Traffic } from '../core/traffic.ts'
import { hostsIn, phasesIn, type Profile, type Span } from './profile.ts'
import { criticalPath, type Stretch } from './profile-path.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { cleanLine } from './width.ts'

/** A profile in the few numbers that people ask for. Milliseconds. */
export interface ProfileSummary {
  readonly durationMs: number
  readonly phases: readonly Timed[]
  readonly criticalPath: readonly Stretch[]
  readonly hosts: readonly HostSummary[]
  /** The resources and builds that took longest. */
  readonly slowest: readonly Timed[]
}

interface Timed {
  readonly name: string
  readonly host: string | undefined
  readonly start: number
  readonly durationMs: number
}

interface HostSummary extends Traffic {
  readonly host: string
  readonly connectMs: number
  readonly askMs: number
  readonly workMs: number
}

const most = 10

export function summaryOf(profile: Profile): ProfileSummary {
  const tasks = profile.spans.filter(({ kind }) => kind === 'task').map(timedOf)
  return {
    durationMs: profile.end,
    phases: phasesIn(profile).map(timedOf),
    criticalPath: criticalPath(profile),
    hosts: hostsIn(profile).map((host) => hostSummary(profile, host)),
    slowest: tasks.sort((a, b) => b.durationMs - a.durationMs).slice(0, most),
  }
}

const timedOf = ({ name, host, start, end }: Span): Timed => ({ name, host, start, durationMs: end - start })

function hostSummary({ spans, traffic }: Profile, host: string): HostSummary {
  const parts = spans.filter((span) => span.kind === 'part' && span.host === host)
  const lasted = (wanted: (name: string) => boolean) => covered(parts.filter(({ name }) => wanted(name)))
  return {
    host,
    connectMs: lasted((name) => name === 'connect'),
    askMs: lasted((name) => name === 'ask'),
    workMs: lasted((name) => name !== 'connect' && name !== 'ask'),
    ...(traffic.get(host) ?? noTraffic),
  }
}

/** How long at least one of them lasted. Sorted by their begin. */
function covered(spans: readonly Span[]): number {
  let until = 0
  let sum = 0
  for (const { start, end } of spans) {
    sum += Math.max(0, end - Math.max(start, until))
    until = Math.max(until, end)
  }
  return sum
}

const showMs = (ms: number): string => `${Math.round(ms)} ms`
const whereOf = ({ host, name }: { readonly host: string | undefined; readonly name: string }): string =>
  cleanLine(taskTitle({ host, title: name }))

/** Tables for people. */
export function profileText(
  { durationMs, phases, criticalPath, hosts, slowest }: ProfileSummary,
  { style, columns }: { readonly style: Style; readonly columns: number },
): string {
  const block = (header: readonly string[], rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? [] : [table(header.map(style.dim), rows, columns)]
  const timedRows = (all: readonly Timed[]) =>
    all.map((one) => [whereOf(one), showMs(one.start), showMs(one.durationMs)])
  return [
    ...block(['phase', 'began at', `took, of ${showMs(durationMs)}`], timedRows(phases)),
    ...block(
      ['critical path', 'began at', 'took'],
      criticalPath.map((one) => [whereOf(one), showMs(one.start), showMs(one.end - one.start)]),
    ),
    ...block(
      ['host', 'connect', 'ask', 'work', 'connections', 'channels', 'requests', 'turns', 'sent', 'received'],
      hosts.map((one) => [
        one.host,
        ...[one.connectMs, one.askMs, one.workMs].map(showMs),
        ...[one.connections, one.channels, one.requests, one.turns].map(String),
        ...[one.sent, one.received].map(showBytes),
      ]),
    ),
    ...block(['slowest', 'began at', 'took'], timedRows(slowest)),
  ].join('\n\n')
}
