import { spawn } from 'node:child_process'
import type { BuiltCli } from './cli.ts'

/** When to kill a run: after so many milliseconds, or as soon as it has told so many events. */
export type Moment = { readonly ms: number } | { readonly events: number }

/** A run that nobody disturbs, or that was killed. */
export interface Ran {
  readonly killed: boolean
  readonly code: number | null
  readonly ms: number
  /** How many events it told. */
  readonly events: number
  /** The last one, as it came. */
  readonly last: string
}

/** Runs the tool with `--json`, and kills it (SIGKILL, the process alone) at a moment; without one it runs to its end. */
export function runKilled(
  { bin }: BuiltCli,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  moment: Moment = { ms: Infinity },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, [bin, ...args, '--json'], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let [events, last, rest] = [0, '', '']
    const timer =
      'ms' in moment && moment.ms < Infinity ? setTimeout(() => child.kill('SIGKILL'), moment.ms) : undefined
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      events += lines.length
      last = lines.at(-1) ?? last
      if ('events' in moment && events >= moment.events) child.kill('SIGKILL')
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ killed: signal === 'SIGKILL', code, ms: performance.now() - started, events, last })
    })
  })
}

/** A moment of a run like this one: half of them by time, half by what it has told, so that short parts are hit as well. */
export const momentIn = ({ ms, events }: Pick<Ran, 'ms' | 'events'>, random: () => number): Moment =>
  random() < 0.5 ? { ms: Math.round(random() * ms) } : { events: 1 + Math.floor(random() * (events - 1)) }
