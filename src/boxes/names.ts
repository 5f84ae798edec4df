import { hostname } from 'node:os'
import { randomBytes } from 'node:crypto'
import { isBoxName } from '../core/box.ts'
import { short, type Digest } from '../core/digest.ts'
import { ProvisionError } from '../core/error.ts'
import { isAlive } from '../transport/alive.ts'

/** The repository of the images of all boxes of a name. */
export const boxRepository = (name: string): string => `provision/box/${name}`

/** What the image of a system is called until it is that of an imported box: `provision/box-transfer/coreos:3fa2c1d4e5f6`. */
export const transferRef = (name: string, digest: Digest): string =>
  `provision/box-transfer/${name}:${short(digest)}`

/** All of those, as Docker's filters take it. */
export const transferRepositories = 'provision/box-transfer/*'

/** The container that a box's image is made of is called so: labels of it would be those of all nodes of the box. */
export const publisherPrefix = 'provision-publish-'

export const newPublisherName = (): string =>
  `${publisherPrefix}${randomBytes(4).toString('hex')}.${ownBaker().replace(':', '.')}`

/** Who made a container of that name, as a label would say it. */
export const publisherOf = (name: string): string =>
  name.replace(/^\/?[^.]*\./, '').replace(/\.(\d+)$/, ':$1')

/** What a box is called on the engine: `provision/box/coreos:3fa2c1d4e5f6`. */
export const boxRef = (name: string, digest: Digest): string => `${boxRepository(name)}:${short(digest)}`

/** A name for a store, new each time: one that was not finished is never taken for another. */
export const newStoreName = (name: string, digest: Digest): string =>
  `provision-box-${name}-${short(digest)}-${randomBytes(4).toString('hex')}`

/** The container in which a box is baked. Docker gives a name only once, so only one bake of a box runs at a time. */
export const bakeNodeName = (name: string, digest: Digest): string =>
  `provision-bake-${name}-${short(digest)}`

/** @throws ProvisionError `playbook` for a name that Docker could not take */
export function checkBoxName(name: string): void {
  if (isBoxName(name)) return
  throw new ProvisionError('playbook', `${JSON.stringify(name)} cannot be the name of a box`, {
    help: 'use at most 40 lower-case letters and digits, and single dashes between them',
  })
}

/** Who bakes, as a label says it. */
export const ownBaker = (): string => `${hostname()}:${process.pid}`

/** After so long nobody bakes any more. */
const longestBakeMs = 60 * 60_000

/**
 * Whether whoever began something may still be at it: a live process of this machine, or one of another that began less
 * than an hour ago.
 */
export function isAtWork(baker: string | undefined, begunMs: number, nowMs: number): boolean {
  if (baker === undefined || nowMs - begunMs > longestBakeMs) return false
  const at = baker.lastIndexOf(':')
  return baker.slice(0, at) !== hostname() || isAlive(Number(baker.slice(at + 1)))
}
