import { PassThrough, pipeline, Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { reasonOf } from '../core/error.ts'
import { found } from '../transport/docker/error.ts'
import { packWithout, readArchives } from '../transport/images/archive.ts'
import { loadTar } from '../transport/images/load.ts'
import { spoolTar } from '../transport/images/spool.ts'
import { damaged } from './archive-format.ts'
import { imageEntries } from './archive-guard.ts'

export interface SystemPlace {
  /** The file of the box, for messages. */
  readonly file: string
  readonly engine: Dockerode
  readonly signal: AbortSignal
}

/**
 * Loads the image of a box's system from what `docker save` gave of it, without the names that it may have there: these
 * could be those of images of this machine.
 * @returns its id
 * @throws ProvisionError `box` for anything but one image
 */
export async function loadSystem(
  { file, engine, signal }: SystemPlace,
  saved: AsyncIterable<Buffer>,
): Promise<string> {
  const entries = Readable.from(imageEntries(file, saved))
  const spool = await spoolTar(() => Promise.resolve(entries), signal)
  try {
    const archives = await readArchives(spool).catch((error: unknown) => {
      throw damaged(file, `it does not hold the image of its system: ${reasonOf(error)}`)
    })
    const [archive] = archives
    if (archive === undefined || archives.length > 1) {
      throw damaged(file, `it holds ${archives.length} images and not the one of its system`)
    }
    const { tar } = packWithout(archive, 0)
    try {
      // Its failure destroys what is read, and so arrives where that is sent.
      await loadTar(
        engine,
        pipeline(tar, new PassThrough(), () => undefined),
        signal,
      )
    } finally {
      tar.destroy()
    }
    for (const id of archive.ids) {
      const image = await found(engine.getImage(id).inspect())
      if (image) return image.Id
    }
    throw damaged(file, 'what the engine made of it is not the image of its system')
  } finally {
    await spool.remove()
  }
}
