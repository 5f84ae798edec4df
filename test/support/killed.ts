import { spawn, type ChildProcess } from 'node:child_process'
import type { BuiltCli } from './cli.ts'

/** A moment of a run: after so many milliseconds, or as soon as it has told so many events. */
export type Moment = { readonly ms: number } | { readonly events: number }

/** How a run went. */
export interface Ran {
  readonly killed: boolean
  readonly code: number | null
  readonly ms: number
  /** How many events it told. */
  readonly events: number
  /** The last one, as it came. */
  readonly last: string
  readonly stdout: string
  readonly stderr: string
}

/** Where a run takes place. */
export interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Something to be done once, at a moment of a run. */
export interface Disturbance {
  readonly at: Moment
  readonly act: (child: ChildProcess) => unknown
}

/** Runs the tool with `--json`, and does something to it at a moment; resolves when both are over. */
export function runDisturbed(
  { bin }: BuiltCli,
  args: readonly string[],
  { cwd, env }: Place,
  disturbance?: Disturbance,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, [bin, ...args, '--json'], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const texts = { stdout: '', stderr: '' }
    let acting: unknown
    const at = disturbance?.at ?? { ms: Infinity }
    const act = () => (acting ??= disturbance?.act(child) ?? true)
    const timer = 'ms' in at && at.ms < Infinity ? setTimeout(act, at.ms) : undefined
    const told = () => texts.stdout.split('\n').slice(0, -1)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      texts.stdout += chunk
      if ('events' in at && acting === undefined && told().length >= at.events) act()
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (texts.stderr += chunk))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      const events = told()
      const ran = { killed: signal === 'SIGKILL', code, ms: performance.now() - started, ...texts }
      Promise.resolve(acting).then(
        () => resolve({ ...ran, events: events.length, last: events.at(-1) ?? '' }),
        reject,
      )
    })
  })
}

/** Runs the tool and kills it (SIGKILL, the process alone) at a moment; without one it runs to its end. */
export const runKilled = (cli: BuiltCli, args: readonly string[], place: Place, at?: Moment): Promise<Ran> =>
  runDisturbed(cli, args, place, at && { at, act: (child) => child.kill('SIGKILL') })

/** A moment of a run like this one: half of them by time, half by what it has told, so that short parts are hit as well. */
export const momentIn = ({ ms, events }: Pick<Ran, 'ms' | 'events'>, random: () => number): Moment =>
  random() < 0.5 ? { ms: Math.round(random() * ms) } : { events: 1 + Math.floor(random() * (events - 1)) }
