import { spawn } from 'node:child_process'
import { timeLimit } from '../../src/transport/time-limit.ts'

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  /** From its start to its end. */
  readonly ms: number
}

export interface Options {
  readonly cwd?: string
  /** Beside what this process has. */
  readonly env?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** After which it counts as hung. Milliseconds, default 5 minutes. */
  readonly limit?: number
}

const tail = 2_000

/**
 * Runs a program in a process group of its own: a Ctrl-C reaches only us, and we end it in good order.
 * @throws Error with the end of its output unless it exits with 0
 */
export function run(
  argv: readonly string[],
  { cwd, env: more = {}, signal, limit = 300_000 }: Options,
): Promise<Ended> {
  const until = AbortSignal.any([signal, timeLimit(limit)])
  const [program = '', ...args] = argv
  return new Promise((resolve, reject) => {
    if (until.aborted) {
      reject(reasonOf(until))
      return
    }
    const env = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', CI: '1', ...more }
    const started = performance.now()
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const stop = () => endGroup(child.pid)
    until.addEventListener('abort', stop, { once: true })
    child.once('error', reject)
    child.once('close', (code, by) => {
      until.removeEventListener('abort', stop)
      const ms = performance.now() - started
      if (until.aborted) reject(reasonOf(until))
      else if (code === 0) resolve({ stdout, stderr, ms })
      else reject(new Error(`${argv.join(' ')}: ended with ${code ?? by}\n${(stdout + stderr).slice(-tail)}`))
    })
  })
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGTERM')
  } catch {
    // It has ended by itself meanwhile.
  }
}

const reasonOf = ({ reason }: AbortSignal): Error =>
  reason instanceof Error ? reason : new Error(String(reason))
