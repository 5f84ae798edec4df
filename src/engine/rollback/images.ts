import type Dockerode from 'dockerode'
import type { BuiltImage } from '../../core/build/index.ts'
import { digestOf, short } from '../../core/digest.ts'
import { dockerError, found, unless } from '../../transport/docker/error.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** The name under which an environment's images are kept on this machine's engine: one that has a name is not pruned. */
export const keptRepository = (stateDir: string): string => `provision/kept-${short(digestOf(stateDir))}`

const tagOf = ({ id }: Pick<BuiltImage, 'id'>): string => short(id)

const { signal: unstopped } = new AbortController()

async function asking<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw dockerError(what, error, unstopped, { code: 'engine', help: ownCommand('doctor') })
  }
}

/** Gives images a name of ours beside their own, which the next build takes away from them. */
export async function keepImages(
  engine: Dockerode,
  stateDir: string,
  images: readonly Pick<BuiltImage, 'id'>[],
): Promise<void> {
  const repo = keptRepository(stateDir)
  const named = images.map((image) => engine.getImage(image.id).tag({ repo, tag: tagOf(image) }))
  await asking('images cannot be kept', Promise.all(named))
}

/** Takes our names away from all images but these; what has no other name, and is not in use, goes with it. */
export async function releaseImages(
  engine: Dockerode,
  stateDir: string,
  kept: readonly Pick<BuiltImage, 'id'>[],
): Promise<void> {
  await asking('kept images cannot be released', release(engine, keptRepository(stateDir), kept))
}

async function release(
  engine: Dockerode,
  repo: string,
  kept: readonly Pick<BuiltImage, 'id'>[],
): Promise<void> {
  const wanted = new Set(kept.map((image) => `${repo}:${tagOf(image)}`))
  const listed = await engine.listImages({ filters: { reference: [repo] } })
  const names = listed.flatMap(({ RepoTags }) => RepoTags ?? [])
  const gone = names.filter((name) => name.startsWith(`${repo}:`) && !wanted.has(name))
  for (const name of gone) await unless([404, 409], engine.getImage(name).remove())
}

/** What this machine's engine has of images now, by their ids. */
export async function imagesHere(
  engine: Dockerode,
  images: readonly Pick<BuiltImage, 'id'>[],
): Promise<ReadonlyMap<string, Dockerode.ImageInspectInfo>> {
  const asked = images.map(({ id }) => found(engine.getImage(id).inspect()))
  const there = await asking('kept images cannot be looked up', Promise.all(asked))
  return new Map(
    images.flatMap(({ id }, i) => {
      const one = there[i]
      return one ? [[id, one]] : []
    }),
  )
}
