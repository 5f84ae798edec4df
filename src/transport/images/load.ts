import type Dockerode from 'dockerode'
import type { Readable } from 'node:stream'
import { ProvisionError } from '../../core/error.ts'
import { text } from 'node:stream/consumers'

/**
 * Has an engine load images from a tar. Docker says 200 before it begins, so what went wrong is in what follows.
 * @throws Error with Docker's reason
 */
export async function loadTar(target: Dockerode, tar: Readable, signal: AbortSignal): Promise<void> {
  const broken = new AbortController()
  // Nobody else hears of it: Docker would be waited for, which waits for the rest.
  tar.once('error', (error) => broken.abort(error))
  const either = AbortSignal.any([signal, broken.signal])
  try {
    const answer = await target.loadImage(tar, { quiet: true, abortSignal: either })
    for (const line of (await text(answer)).split('\n')) {
      const reason = errorIn(line)
      if (reason !== undefined) throw new Error(reason)
    }
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error
  }
  if (!tar.readableEnded) throw new ProvisionError('host', 'Docker stopped reading an image before its end')
}

function errorIn(line: string): string | undefined {
  if (line.trim() === '') return undefined
  const message: unknown = JSON.parse(line)
  if (typeof message !== 'object' || message === null || !('error' in message)) return undefined
  return String(message.error)
}
