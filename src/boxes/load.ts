import type Dockerode from 'dockerode'
import type { BuiltImage } from '../core/build/index.ts'
import { nameOnHosts } from '../core/build/name-on-hosts.ts'
import type { Emit } from '../core/event.ts'
import { tracked } from '../core/track.ts'
import { unless } from '../transport/docker/error.ts'
import { imageSource } from '../transport/images/source.ts'

export interface Loading {
  /** Where the images are. */
  readonly engine: Dockerode
  /** Where they are to be. */
  readonly inner: Dockerode
  readonly images: readonly BuiltImage[]
  readonly signal: AbortSignal
  readonly emit: Emit
}

/** Brings images into a node, only the layers that it lacks, and takes away all others. */
export async function loadImages({ engine, inner, images, signal, emit }: Loading): Promise<void> {
  const source = imageSource(engine)
  // Loaded one after the other, so that each finds the layers of those before; the next is read meanwhile.
  const loading = images.map((image) => {
    const id = `box/image ${image.ref}`
    return tracked(emit, { id, phase: 'box', title: `load ${image.ref}` }, () =>
      source.send(inner, image, {
        host: 'box',
        signal,
        sent: (done, total) => emit({ event: 'task-progress', task: id, done, total, unit: 'bytes' }),
      }),
    )
  })
  await Promise.allSettled(loading)
  await Promise.all(loading)
  const wanted = new Set(images.map(({ ref }) => nameOnHosts(ref)))
  const there = (await inner.listImages({ abortSignal: signal })).flatMap(({ RepoTags }) => RepoTags ?? [])
  for (const ref of there.filter((ref) => !wanted.has(ref) && ref !== '<none>:<none>')) {
    await unless([404], inner.getImage(ref).remove({ force: true }))
  }
}
