import type Dockerode from 'dockerode'
import type { Readable } from 'node:stream'
import { showBytes } from '../../core/text/bytes.ts'
import { showDuration } from '../../core/text/duration.ts'
import { ProvisionError, type Thing } from '../../core/error.ts'
import { watchForHang, type HangPatience } from '../hang.ts'
import { loadTar } from './load.ts'
import { within } from '../time-limit.ts'

/** How long an engine may take to get on with an image. Milliseconds. */
export interface LoadPatience extends HangPatience {
  /** To say a word when it is asked for one. */
  readonly answer: number
}

const usual: LoadPatience = { silence: 30_000, answer: 60_000, most: 600_000 }

/** An image on its way. */
export interface Load {
  readonly about: Thing
  readonly tar: Readable
  /** Bytes that have left so far of all that are to. */
  readonly sent: () => number
  readonly total: number
}

/**
 * Has an engine load an image, as long as it gets on: takes more of it, or tells that it is at it, which may go on for long
 * once it has all.
 * @throws ProvisionError `host` when it hangs, else as `loadTar`
 */
export async function loadWatched(
  target: Dockerode,
  load: Load,
  signal: AbortSignal,
  patience: LoadPatience = usual,
): Promise<void> {
  const hung = new AbortController()
  const either = AbortSignal.any([signal, hung.signal])
  let heard = 0
  const stop = watchForHang(patience, {
    progress: () => load.sent() + heard,
    ask: () =>
      within(
        patience.answer,
        () => new Error('no answer'),
        either,
        () => target.ping(),
      ),
    hangs: (silent, error) => hung.abort(stuck(load, silent, error)),
  })
  try {
    await loadTar(target, load.tar, either, (bytes) => {
      heard += bytes
    })
  } catch (error) {
    if (!signal.aborted) hung.signal.throwIfAborted()
    throw error
  } finally {
    stop()
  }
}

function stuck({ about, sent, total }: Load, silent: number, cause: unknown): ProvisionError {
  const how =
    cause === undefined ? `has got no further for ${showDuration(silent)}` : 'does not answer any more'
  const where = `${showBytes(sent())} of ${showBytes(total)} sent`
  return new ProvisionError('host', `Docker ${how}, with ${where}`, {
    about,
    help: 'look whether it hangs there, or its disk: docker ps; df -h',
    cause,
  })
}
