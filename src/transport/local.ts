import { hostname } from 'node:os'
import type { Readable } from 'node:stream'
import { onAbort } from '../core/async/abort.ts'
import { ProvisionError } from '../core/error.ts'
import { quote } from '../core/quote.ts'
import { interruption } from './session/exec-error.ts'
import { cutLines } from './lines.ts'
import { killMarked } from './marked-processes.ts'

/** A command to run on this machine. */
export interface LocalCommand {
  readonly argv: readonly string[]
  /** Absolute. */
  readonly cwd: string
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Ends the command with all that it started. */
  readonly signal: AbortSignal
  /** The time that it then gets to end in good order before it is killed; milliseconds, 1,500 by default. */
  readonly grace?: number
  /** Each line of its output, of both kinds, as it comes. */
  readonly onLine: (line: string) => void
}

/** A variable of all that a run starts here, so that what goes on when the run was killed is known. */
export const runVariable = 'PROVISION_RUN'

/** Which run that is, by the process of its controller. */
export const markOf = (pid: number): string => `${hostname()}:${pid}`

/** How a command ended. */
export interface LocalEnd {
  /** Undefined when a signal ended it. 127 when there is no such program. */
  readonly code: number | undefined
  readonly signal: string | undefined
}

/**
 * Runs a command in a process group of its own, with nothing to read. Resolves however it ends.
 * @throws ProvisionError `interrupted` when the signal is aborted; the whole group is gone by then. Where nothing was begun
 * yet it is the signal's own reason, if that is one for people
 */
export async function runLocal({
  argv,
  cwd,
  env,
  signal,
  grace = 1_500,
  onLine,
}: LocalCommand): Promise<LocalEnd> {
  const name = argv[0] ?? 'command'
  checkGoing(name, signal)
  // Loaded when something has to run: a run that finds nothing to do shall not pay for it.
  const { $ } = await import('zx')
  checkGoing(name, signal)
  const shell = $({
    cwd,
    env: { ...process.env, ...env, [runVariable]: markOf(process.pid) },
    detached: true,
    nothrow: true,
    quiet: true,
    verbose: false,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The shell's only part is to become the command; the words are quoted where all words are.
    shell: '/bin/sh',
    prefix: 'exec ',
    postfix: '',
    quote,
  })
  const child = shell`${[...argv]}`
  feed(child.stdout, onLine)
  feed(child.stderr, onLine)
  const end = endGroup(() => child.pid, grace)
  const forget = onAbort(signal, end.begin)
  const leave = endAtExit()
  try {
    const { exitCode, signal: endedBy } = await child
    // What has left the group, and does not hold our pipes.
    if (signal.aborted) endMarked()
    if (signal.aborted) throw new ProvisionError('interrupted', `${name}: interrupted`)
    return { code: exitCode ?? undefined, signal: endedBy ?? undefined }
  } finally {
    leave()
    forget()
    end.finish()
  }
}

function checkGoing(name: string, signal: AbortSignal): void {
  if (signal.aborted) throw interruption(name, signal)
}

let running = 0

/** Nothing of what runs goes on when the user wants no good order. Gives back how to end that. */
function endAtExit(): () => void {
  if (running++ === 0) process.once('exit', endMarked)
  return () => {
    if (--running === 0) process.off('exit', endMarked)
  }
}

const endMarked = (): void => void killMarked(runVariable, markOf(process.pid))

function feed(stream: Readable, onLine: (line: string) => void): void {
  const lines = cutLines(onLine)
  stream.on('data', (chunk: Buffer) => lines.push(chunk))
  stream.on('end', () => lines.end())
}

/** Asks a process group to end, and kills what is left of it after a while or once its leader has ended. */
function endGroup(pid: () => number | undefined, grace: number): { begin: () => void; finish: () => void } {
  let timer: NodeJS.Timeout | undefined
  return {
    begin() {
      killGroup(pid(), 'SIGTERM')
      timer = setTimeout(() => {
        killGroup(pid(), 'SIGKILL')
        // What has left the group may hold our pipes, for whose end is waited.
        endMarked()
      }, grace)
    },
    finish() {
      if (!timer) return
      clearTimeout(timer)
      killGroup(pid(), 'SIGKILL')
    },
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody of the group is left.
  }
}
