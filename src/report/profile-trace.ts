import { hostsIn, type Profile, type Span } from './profile.ts'

/** An event of the trace event format, as chrome://tracing and Perfetto read it. Microseconds. */
export type TraceEvent =
  | {
      readonly ph: 'X'
      readonly name: string
      readonly cat: string
      readonly pid: number
      readonly tid: number
      readonly ts: number
      readonly dur: number
      readonly args: Readonly<Record<string, unknown>>
    }
  | {
      readonly ph: 'M'
      readonly name: 'process_name' | 'process_sort_index' | 'thread_name'
      readonly pid: number
      readonly tid: number
      readonly args: Readonly<Record<string, unknown>>
    }

export interface Trace {
  readonly traceEvents: readonly TraceEvent[]
  readonly displayTimeUnit: 'ms'
}

/** A process for this machine and for each host; in it a thread for each phase, or more where things overlap. */
export function traceOf(profile: Profile): Trace {
  const places = [undefined, ...hostsIn(profile)]
  return {
    traceEvents: places.flatMap((host, i) => eventsOf(profile, host, i + 1)),
    displayTimeUnit: 'ms',
  }
}

function eventsOf({ spans, traffic }: Profile, host: string | undefined, pid: number): TraceEvent[] {
  const lanes = lanesOf(spans.filter((span) => span.host === host))
  const counted = host === undefined ? undefined : traffic.get(host)
  return [
    { ph: 'M', name: 'process_name', pid, tid: 0, args: { name: host ?? 'provision', ...counted } },
    { ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } },
    ...lanes.flatMap(({ name, spans }, i): TraceEvent[] => [
      { ph: 'M', name: 'thread_name', pid, tid: i + 1, args: { name } },
      ...spans.map((span) => complete(span, pid, i + 1)),
    ]),
  ]
}

const complete = ({ kind, id, name, start, end, failed }: Span, pid: number, tid: number): TraceEvent => ({
  ph: 'X',
  name,
  cat: kind,
  ...{ pid, tid },
  ts: Math.round(start * 1000),
  dur: Math.round((end - start) * 1000),
  args: { id, failed },
})

interface Lane {
  readonly name: string
  readonly spans: Span[]
}

/** Threads in which nothing overlaps: viewers take what does for calls in each other. */
function lanesOf(spans: readonly Span[]): readonly Lane[] {
  const lanes: Lane[] = []
  for (const span of spans) {
    const name = span.kind === 'phase' ? 'phases' : (span.phase ?? 'transport')
    const free = lanes.find((lane) => lane.name === name && (lane.spans.at(-1)?.end ?? 0) <= span.start)
    if (free) free.spans.push(span)
    else lanes.push({ name, spans: [span] })
  }
  return lanes
}
