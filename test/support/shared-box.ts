import type { TestProject } from 'vitest/node'
import { listBoxes } from '../../src/boxes/find.ts'
import { removeBox } from '../../src/boxes/usage.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { unless } from '../../src/transport/docker/error.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The name of a box for all tests of a run that only need to have one. */
    sharedBox: string
  }
}

/** A name of this process alone, which does not begin that of another one: names go by what they begin with, too. */
export const ownName = (kind: string): string => `${kind}-${String(process.pid).padStart(7, '0')}`

/** Names the box; after all tests, takes away what was baked and built by this name. */
export default function sharedBox({ provide }: TestProject): () => Promise<void> {
  const name = ownName('etest-shared')
  provide('sharedBox', name)
  return () => removeBoxesAndImages(name)
}

/** Removes all boxes with a name, and the images that have it in theirs. */
export async function removeBoxesAndImages(name: string): Promise<void> {
  const engine = await localEngine()
  const { signal } = new AbortController()
  for (const box of await listBoxes(engine, signal, name)) await removeBox(engine, box, signal)
  const tags = (await engine.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])
  for (const tag of tags.filter((one) => one.includes(name)))
    await unless([404, 409], engine.getImage(tag).remove())
}
