import type Dockerode from 'dockerode'
import type { Readable } from 'node:stream'
import { ProvisionError } from '../../core/error.ts'
import { cutLines } from '../lines.ts'

/**
 * Has an engine load images from a tar. Docker says 200 before it begins, so what went wrong is in what follows.
 * @param onWord called with the number of bytes whenever Docker tells how far it has come
 * @throws Error with Docker's reason
 */
export async function loadTar(
  target: Dockerode,
  tar: Readable,
  signal: AbortSignal,
  onWord: (bytes: number) => void = () => undefined,
): Promise<void> {
  const broken = new AbortController()
  // Nobody else hears of it: Docker would be waited for, which waits for the rest.
  tar.once('error', (error) => broken.abort(error))
  const either = AbortSignal.any([signal, broken.signal])
  const reasons: string[] = []
  const lines = cutLines((line) => reasons.push(...errorsIn(line)))
  try {
    const answer: NodeJS.ReadableStream = await target.loadImage(tar, { quiet: false, abortSignal: either })
    for await (const chunk of answer) {
      onWord(chunk.length)
      lines.push(chunk)
    }
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error
  }
  lines.end()
  if (reasons[0] !== undefined) throw new Error(reasons[0])
  if (!tar.readableEnded) throw new ProvisionError('host', 'Docker stopped reading an image before its end')
}

function errorsIn(line: string): readonly string[] {
  if (line.trim() === '') return []
  const message: unknown = JSON.parse(line)
  if (typeof message !== 'object' || message === null || !('error' in message)) return []
  return [String(message.error)]
}
