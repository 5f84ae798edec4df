import type Dockerode from 'dockerode'
import { ProvisionError } from '../../core/error.ts'
import { dockerReason } from '../../transport/docker/error.ts'
import type { RegistryLogin } from '../../transport/docker/registry-login.ts'
import { readMessages, type EngineMessage } from './engine-stream.ts'
import type { BuildTask } from './task.ts'

export interface PullOptions {
  readonly signal: AbortSignal
  /** How long the registry may take to say a first word; milliseconds. */
  readonly patience?: number
  /** What to show to the registry; nothing by default. */
  readonly login?: RegistryLogin | undefined
}

/**
 * Pulls an image, showing the bytes of its layers.
 * @throws ProvisionError `build` when it cannot be had; `interrupted` is left to the caller, who knows what for
 */
export async function pullImage(
  engine: Dockerode,
  ref: string,
  task: BuildTask,
  { signal, patience, login }: PullOptions,
): Promise<void> {
  const silence = new AbortController()
  const timer = patience === undefined ? undefined : setTimeout(() => silence.abort(), patience)
  const cannot = (reason: string, cause?: unknown) =>
    new ProvisionError('build', `image ${ref}: it is not on this machine and cannot be pulled: ${reason}`, {
      help: 'check the name, the network and the login there (docker login), or bring it here: docker load -i FILE',
      cause,
    })
  try {
    const abortSignal = AbortSignal.any([signal, silence.signal])
    const stream: NodeJS.ReadableStream = await engine.pull(ref, {
      abortSignal,
      ...(login && { authconfig: login }),
    })
    const show = layerBytes(task)
    const failure = await readMessages(stream, (message) => {
      clearTimeout(timer)
      show(message)
    })
    if (failure) throw cannot(failure.message)
  } catch (error) {
    if (error instanceof ProvisionError) throw error
    if (silence.signal.aborted) throw cannot(`the registry did not answer within ${(patience ?? 0) / 1000} s`)
    throw cannot(dockerReason(error), error)
  } finally {
    clearTimeout(timer)
  }
}

/** Adds up the layers of a pull, which are downloaded side by side. */
function layerBytes(task: BuildTask): (message: EngineMessage) => void {
  const layers = new Map<string, { current: number; total: number }>()
  return ({ id, status, progress }) => {
    if (status !== undefined && !progress) task.line(id === undefined ? status : `${id}: ${status}`)
    if (id === undefined || !progress || status !== 'Downloading') return
    layers.set(id, progress)
    const sum = (key: 'current' | 'total') => [...layers.values()].reduce((all, layer) => all + layer[key], 0)
    task.progress(sum('current'), sum('total'), 'bytes')
  }
}
