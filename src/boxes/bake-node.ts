import { Duplex, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { ProvisionError } from '../core/error.ts'
import { dockerOver } from '../transport/docker/agent.ts'
import { containerExec } from '../transport/docker/exec.ts'
import { lastLines } from '../transport/docker/logs.ts'
import { demultiplex } from '../transport/docker/stream.ts'
import { ownCommand } from '../core/text/own-command.ts'

/** The Docker inside a node, reached through the engine outside: needs neither sshd nor a network. */
export interface InnerDocker {
  readonly docker: Dockerode
  close(): void
}

export function innerDocker(engine: Dockerode, container: string): InnerDocker {
  const { docker, agent } = dockerOver(async () => {
    const exec = await engine.getContainer(container).exec({
      Cmd: ['docker', 'system', 'dial-stdio'],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    })
    const stream = await exec.start({ hijack: true, stdin: true })
    return Duplex.from({ writable: stream, readable: Readable.from(outputOf(stream), { objectMode: false }) })
  })
  return { docker, close: () => agent.destroy() }
}

async function* outputOf(stream: Duplex): AsyncGenerator<Buffer> {
  for await (const { stream: kind, data } of demultiplex(stream)) if (kind === 'stdout') yield data
}

/** Milliseconds that a node has to get its Docker to answer. */
const limit = 30_000

/**
 * Waits until the Docker inside a node answers.
 * @throws ProvisionError `box` with the end of the node's log when it does not
 */
export async function awaitInnerDocker(
  engine: Dockerode,
  container: string,
  { docker }: InnerDocker,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + limit
  let ended = false
  while (!ended && Date.now() < deadline) {
    if (signal.aborted) throw new ProvisionError('interrupted', 'the bake node: interrupted')
    if (await answers(docker)) return
    ended = !(await engine.getContainer(container).inspect()).State.Running
    await sleep(50)
  }
  const why = ended ? 'the bake node ended' : `the bake node's Docker does not answer after ${limit / 1000} s`
  throw new ProvisionError('box', why, {
    output: (await lastLines(engine, container, 20)).join('\n'),
    help: `${ownCommand('doctor')} checks what a node needs of this machine`,
  })
}

const answers = (docker: Dockerode): Promise<boolean> =>
  docker.ping().then(
    () => true,
    () => false,
  )

/**
 * Runs a command in a node.
 * @returns what it wrote to its standard output
 * @throws ProvisionError `box` with the end of its output when it fails
 */
export async function runInNode(
  engine: Dockerode,
  container: string,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const out: Buffer[] = []
  const errors: Buffer[] = []
  const code = await containerExec(engine, container, argv, {
    signal,
    onData: ({ stream, data }) => void (stream === 'stdout' ? out : errors).push(Buffer.from(data)),
  })
  if (code === 0) return Buffer.concat(out).toString()
  throw new ProvisionError('box', `${argv.join(' ')} failed in the bake node with exit code ${code}`, {
    output: Buffer.concat([...out, ...errors])
      .toString()
      .trimEnd()
      .split('\n')
      .slice(-20)
      .join('\n'),
    help: 'bake again with --verbose to see all output',
  })
}
