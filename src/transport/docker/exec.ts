import type Dockerode from 'dockerode'
import type { Duplex, Readable } from 'node:stream'
import { ProvisionError } from '../../core/error.ts'
import { nameInMaking } from '../../core/making.ts'
import { endExec, type EndProcess } from './container-process.ts'
import { containerCalled, mayBeId } from './container-called.ts'
import { dockerError, found } from './error.ts'
import { noAnswer } from './no-answer.ts'
import { demultiplex, unframed, type Frame } from './stream.ts'
import { watchForHang, type HangPatience } from '../hang.ts'
import { within } from '../time-limit.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** The terminal at which somebody sits. */
export interface Terminal {
  size(): { readonly columns: number; readonly rows: number }
  /** Registers for changes of the size; gives back how to end that. */
  onResize(listener: () => void): () => void
  /** Has it give each key to the command from now on; gives back how to end that. */
  takeKeys(): () => void
  /** Hears, once, that Docker does not answer any more: a person may wait for it, and is never cut off. */
  onHang(error: ProvisionError): void
}

/** How long an engine may take. Milliseconds. */
export interface ExecPatience extends HangPatience {
  /** To make a command, to start it, to tell how it ended, and to say a word while that is silent. */
  readonly answer: number
}

const usual: ExecPatience = { silence: 30_000, most: Infinity, answer: 60_000 }

export interface ContainerExecOptions {
  /** What the command reads, byte by byte; nothing by default. */
  readonly stdin?: Readable | undefined
  /** Gives the command a terminal of this one's size. Then all output comes as stdout. */
  readonly terminal?: Terminal | undefined
  readonly signal: AbortSignal
  /** Ends the command on an abort; without it only the call ends, because Docker has no way to. */
  readonly end?: EndProcess | undefined
  readonly patience?: ExecPatience
  /** Called for output as it comes; more is read when its promise is done. */
  readonly onData: (frame: Frame) => void | Promise<void>
}

/**
 * Runs a command in a running container and gives its exit code; 126 or 127 when Docker cannot start it. It may take as long as
 * it likes, and be silent meanwhile, as long as Docker answers.
 * @throws ProvisionError `action` when the container does not run or is not there, `host` when Docker hangs, `interrupted` on
 * abort
 */
export async function containerExec(
  docker: Dockerode,
  name: string,
  argv: readonly string[],
  options: ContainerExecOptions,
): Promise<number> {
  const { stdin, terminal, signal, end, onData, patience = usual } = options
  const hung = new AbortController()
  const either = AbortSignal.any([signal, hung.signal])
  const late = () => noAnswer(name, patience.answer)
  const inTime = <T>(ask: (abort: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> =>
    within(patience.answer, late, either, (abortSignal) => ask({ abortSignal }))
  try {
    const exec = await inTime(({ abortSignal }) =>
      execIn(docker, name, {
        abortSignal,
        Cmd: [...argv],
        AttachStdin: stdin !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        Tty: terminal !== undefined,
      }),
    )
    try {
      const stream = await inTime((abort) =>
        exec.start({ ...abort, hijack: true, stdin: true, Tty: terminal !== undefined }),
      )
      let heard = 0
      const stopWatching = watchForHang(patience, {
        progress: () => heard,
        ask: () => inTime(() => docker.ping()),
        hangs: () => (terminal ? terminal.onHang(late()) : hung.abort(late())),
      })
      const leave = terminal && sitAt(terminal, exec)
      const hear = (frame: Frame) => {
        heard += 1
        return onData(frame)
      }
      await talk(stream, stdin, terminal ? unframed : demultiplex, hear, either).finally(() => {
        stopWatching()
        leave?.()
      })
    } finally {
      if (signal.aborted && end) await endExec(exec, end)
    }
    const { ExitCode } = await inTime((abort) => exec.inspect(abort))
    if (ExitCode !== null) return ExitCode
    throw new ProvisionError('action', `container ${name}: the connection ended before the command did`)
  } catch (error) {
    const why = hung.signal.aborted ? late() : error
    throw dockerError(`container ${name}`, why, signal, { help: whatRuns })
  }
}

const whatRuns = `${ownCommand('status')} shows what runs`

/** A container that never became ready has not got its own name yet; it is the one that most needs to be looked into. */
async function execIn(
  docker: Dockerode,
  name: string,
  options: Dockerode.ExecCreateOptions & { readonly abortSignal: AbortSignal },
): Promise<Dockerode.Exec> {
  for (const called of [name, nameInMaking(name)]) {
    const place = await placeOf(docker, called, options.abortSignal)
    const exec = place && (await found(docker.getContainer(place).exec(options)))
    if (exec) return exec
  }
  throw new ProvisionError('action', `container ${name}: there is no such container`, {
    help: whatRuns,
  })
}

/** What Docker takes for a container of this name alone: that costs a question only where it could be the beginning of an id. */
const placeOf = async (docker: Dockerode, name: string, signal: AbortSignal): Promise<string | undefined> =>
  mayBeId(name) ? (await containerCalled(docker, name, signal))?.Id : name

async function talk(
  stream: Duplex,
  stdin: Readable | undefined,
  frames: (chunks: Duplex) => AsyncIterable<Frame>,
  onData: ContainerExecOptions['onData'],
  signal: AbortSignal,
): Promise<void> {
  const stop = () => stream.destroy(new Error('interrupted'))
  signal.addEventListener('abort', stop, { once: true })
  // The command may end before it has read all: then there is nobody to write to.
  stream.on('error', () => {})
  if (stdin) stdin.pipe(stream)
  else stream.end()
  try {
    for await (const frame of frames(stream)) await onData(frame)
  } finally {
    signal.removeEventListener('abort', stop)
    stdin?.unpipe(stream)
    // A terminal left flowing would keep the process alive.
    stdin?.pause()
    stream.destroy()
  }
}

/** Gives the command the keys and the size of a terminal; gives back how to end that. */
function sitAt(terminal: Terminal, exec: Dockerode.Exec): () => void {
  const tell = () => {
    const { columns, rows } = terminal.size()
    // A command that has ended has no size any more.
    exec.resize({ w: columns, h: rows }).catch(() => {})
  }
  tell()
  const ends = [terminal.onResize(tell), terminal.takeKeys()]
  return () => ends.forEach((end) => end())
}
