import { spawn } from 'node:child_process'
import { at, eventsOf } from './json.ts'
import { until } from './waiting.ts'

/** The tool, running until it is told to end. */
export interface Background {
  /** Waits until it is at rest for one time more than when this was last called. */
  readonly rests: () => Promise<void>
  /** Ends it in good order. */
  readonly quit: () => Promise<void>
}

/** Starts `provision watch --json` in a process group of its own. */
export function startWatch(argv: readonly string[], cwd: string, signal: AbortSignal): Background {
  const [program = '', ...args] = argv
  const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const whole = () => stdout.slice(0, stdout.lastIndexOf('\n') + 1)
  let rests = 0
  return {
    async rests() {
      rests++
      const atRest = () => Promise.resolve(eventsOf(whole(), 'watching').length >= rests)
      await until('the watch', atRest, { signal, limit: 120_000 })
      const failed = eventsOf(whole(), 'finished').find((event) => at(event, 'ok') === false)
      if (failed !== undefined) throw new Error(`a run of the watch failed:\n${whole().slice(-1_500)}`)
    },
    async quit() {
      if (child.exitCode === null) child.kill('SIGINT')
      await ended
    },
  }
}
