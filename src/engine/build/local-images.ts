import type Dockerode from 'dockerode'
import { label } from '../../core/label.ts'
import { dockerError, found } from '../../transport/docker/error.ts'
import { imageName } from './image-name.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** An image as the engine's list shows it. */
export interface ListedImage {
  readonly id: string
  /** Digest of what it was built from; undefined when it was not built here. */
  readonly inputs: string | undefined
}

/** The images of this machine's engine that a run asks for, listed once for all of them. */
export type LocalImages = (ref: string) => Promise<ListedImage | undefined>

export function listImages(
  engine: () => Promise<Dockerode>,
  refs: readonly string[],
  signal: AbortSignal,
): LocalImages {
  // A Dockerfile may name what no image can be called, which an engine might take for a bad pattern.
  const names = [...new Set(refs.map(imageName))].filter((name) => /^[\w./:@-]+$/.test(name))
  let listing: Promise<ReadonlyMap<string, ListedImage>> | undefined
  return async (ref) => {
    listing ??= list(engine, names, signal)
    return (await listing).get(imageName(ref))
  }
}

async function list(
  engine: () => Promise<Dockerode>,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ListedImage>> {
  const docker = await engine()
  const listed = new Map<string, ListedImage>()
  try {
    for (const image of await docker.listImages({ filters: { reference: [...names] } })) {
      const inputs = labelsOf(image)?.[label.inputs]
      for (const name of [...namesIn(image.RepoTags), ...namesIn(image.RepoDigests)]) {
        listed.set(imageName(name), { id: image.Id, inputs })
      }
    }
  } catch (error) {
    throw dockerError('the images of this machine', error, signal, {
      code: 'engine',
      help: ownCommand('doctor'),
    })
  }
  return listed
}

/** What the engine says of an image as it is now; undefined when it has none of that name. */
export async function inspectImage(
  ref: string,
  engine: Dockerode,
  signal: AbortSignal,
): Promise<Dockerode.ImageInspectInfo | undefined> {
  try {
    return await found(engine.getImage(ref).inspect())
  } catch (error) {
    throw dockerError(`image ${ref}`, error, signal, { code: 'engine', help: ownCommand('doctor') })
  }
}

// Engines leave out or set to null what an image has none of, whatever the types say.
const namesIn = (names: readonly string[] | null | undefined): readonly string[] => names ?? []
/** The labels of an image, or of its configuration. */
export const labelsOf = (image: {
  readonly Labels?: Readonly<Record<string, string>> | null
}): Readonly<Record<string, string>> | null | undefined => image.Labels
