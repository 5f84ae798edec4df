import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { ProvisionError, isProvisionError, reasonOf } from '../core/error.ts'
import type { SshTarget } from '../core/host.ts'
import { dockerOver } from '../transport/docker/agent.ts'
import { connect as login } from '../transport/ssh/index.ts'
import { lastLines } from '../transport/docker/logs.ts'
import { timeLimit } from '../transport/time-limit.ts'
import { ownCommand } from '../core/text/own-command.ts'

/** Between two looks: a node needs some hundred milliseconds, and a look costs less than one. */
const pauseMs = 15

export interface Starting {
  readonly engine: Dockerode
  /** Name or id of the node's container. */
  readonly container: string
  readonly target: SshTarget
  /** Milliseconds after which it counts as failed. */
  readonly limit: number
}

/**
 * Waits until a node is a host: its sshd lets us in, and its Docker answers through that.
 * @throws ProvisionError `provider` with the end of the node's log when it ends or does not get there in time
 */
export async function awaitNode(node: Starting, signal: AbortSignal): Promise<void> {
  const timer = timeLimit(node.limit)
  const done = new AbortController()
  const until = AbortSignal.any([signal, timer, done.signal])
  const progress = { stage: '' }
  try {
    await Promise.race([becomeHost(node.target, progress, until), refuseEnd(node, until)])
  } catch (error) {
    if (signal.aborted) throw new ProvisionError('interrupted', `${node.target.name}: interrupted`)
    const reason = isProvisionError(error) ? error.message : reasonOf(error)
    const why = timer.aborted ? `${progress.stage} after ${Math.round(node.limit / 1000)} s` : reason
    throw new ProvisionError('provider', `${node.target.name}: ${why}`, {
      output: (await lastLines(node.engine, node.container, 20)).join('\n'),
      help: `${ownCommand('doctor')} checks what a node needs of this machine`,
      cause: error,
    })
  } finally {
    done.abort()
  }
}

async function becomeHost(
  target: SshTarget,
  progress: { stage: string },
  signal: AbortSignal,
): Promise<void> {
  progress.stage = `sshd does not answer at ${target.address}:${target.port}`
  await retry(() => hasBanner(target), signal)
  progress.stage = 'sshd answers, but does not let us in'
  const connection = await login(target, signal)
  const { docker, agent } = dockerOver(() => connection.forwardSocket('/var/run/docker.sock'))
  try {
    progress.stage = 'its Docker does not answer'
    await retry(() => docker.ping().then(isAnswer, isRefusal), signal)
  } finally {
    agent.destroy()
    await connection.close()
  }
}

const isAnswer = (): boolean => true
const isRefusal = (): boolean => false

/** Fails when the container ends, so that nobody waits for it any longer. */
async function refuseEnd({ engine, container }: Starting, signal: AbortSignal): Promise<never> {
  const ended: unknown = await engine.getContainer(container).wait({ abortSignal: signal })
  throw new Error(`the node ended as soon as it was started: ${JSON.stringify(ended)}`)
}

async function retry(attempt: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await attempt())) await sleep(pauseMs, undefined, { signal })
}

/** Whether an SSH server greets there. A port that Docker forwards accepts connections before anybody listens. */
function hasBanner({ address, port }: SshTarget): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1_000, () => end(false))
    socket.once('data', (data) => end(data.toString().startsWith('SSH-2.0-')))
    socket.once('error', () => end(false))
    socket.once('end', () => end(false))
  })
}
