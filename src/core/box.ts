import type { Image } from './build.ts'
import type { Local } from './local.ts'

export interface BoxOptions {
  /** Lower-case letters, digits and dashes. */
  readonly name: string
  /** The folder of the Dockerfile that makes the host's own system: `new URL('.', import.meta.url)`. */
  readonly build: Local
  /** The user to log in as; it needs passwordless sudo and access to Docker. Default `core`. */
  readonly user?: string
  /** Images to have inside besides those of the playbook. */
  readonly images?: readonly Image[]
}

const brand = Symbol.for('provision.box')

/** What a node starts from: an OS image with Docker, and a set of images already inside. */
export interface Box {
  readonly [brand]: true
  readonly name: string
  readonly build: Local
  readonly user: string
  readonly images: readonly Image[]
}

/** Describes a box; the default export of `boxes/<name>/box.ts`. */
export function defineBox({ name, build, user = 'core', images = [] }: BoxOptions): Box {
  return { [brand]: true, name, build, user, images }
}

export const isBox = (value: unknown): value is Box =>
  typeof value === 'object' && value !== null && brand in value
