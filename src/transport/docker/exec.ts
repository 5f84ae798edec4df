import type Dockerode from 'dockerode'
import type { Duplex, Readable } from 'node:stream'
import { ProvisionError } from '../../core/error.ts'
import { endExec, type EndProcess } from './container-process.ts'
import { containerCalled, mayBeId } from './container-called.ts'
import { dockerError } from './error.ts'
import { demultiplex, unframed, type Frame } from './stream.ts'

/** The terminal at which somebody sits. */
export interface Terminal {
  size(): { readonly columns: number; readonly rows: number }
  /** Registers for changes of the size; gives back how to end that. */
  onResize(listener: () => void): () => void
}

export interface ContainerExecOptions {
  /** What the command reads, byte by byte; nothing by default. */
  readonly stdin?: Readable | undefined
  /** Gives the command a terminal of this one's size. Then all output comes as stdout. */
  readonly terminal?: Terminal | undefined
  readonly signal: AbortSignal
  /** Ends the command on an abort; without it only the call ends, because Docker has no way to. */
  readonly end?: EndProcess | undefined
  /** Called for output as it comes; more is read when its promise is done. */
  readonly onData: (frame: Frame) => void | Promise<void>
}

/**
 * Runs a command in a running container and gives its exit code; 126 or 127 when Docker cannot start it.
 * @throws ProvisionError `action` when the container does not run or is not there, `interrupted` on abort
 */
export async function containerExec(
  docker: Dockerode,
  name: string,
  argv: readonly string[],
  options: ContainerExecOptions,
): Promise<number> {
  const { stdin, terminal, signal, end, onData } = options
  const abort = { abortSignal: signal }
  try {
    const exec = await docker.getContainer(await placeOf(docker, name, signal)).exec({
      ...abort,
      Cmd: [...argv],
      AttachStdin: stdin !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      Tty: terminal !== undefined,
    })
    try {
      const stream = await exec.start({ ...abort, hijack: true, stdin: true, Tty: terminal !== undefined })
      const forget = terminal && followSize(exec, terminal)
      await talk(stream, stdin, terminal === undefined ? demultiplex : unframed, onData, signal).finally(
        forget,
      )
    } finally {
      if (signal.aborted && end) await endExec(exec, end)
    }
    const { ExitCode } = await exec.inspect(abort)
    if (ExitCode !== null) return ExitCode
    throw new ProvisionError('action', `container ${name}: the connection ended before the command did`)
  } catch (error) {
    throw dockerError(`container ${name}`, error, signal, { help: `provision status shows what runs` })
  }
}

/** What Docker takes for a container of this name alone: that costs a question only where it could be the beginning of an id. */
async function placeOf(docker: Dockerode, name: string, signal: AbortSignal): Promise<string> {
  if (!mayBeId(name)) return name
  const inspection = await containerCalled(docker, name, signal)
  if (inspection) return inspection.Id
  throw new ProvisionError('action', `container ${name}: there is no such container`, {
    help: 'provision status shows what runs',
  })
}

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

function followSize(exec: Dockerode.Exec, terminal: Terminal): () => void {
  const tell = () => {
    const { columns, rows } = terminal.size()
    // A command that has ended has no size any more.
    exec.resize({ w: columns, h: rows }).catch(() => {})
  }
  tell()
  return terminal.onResize(tell)
}
