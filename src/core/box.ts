import { isImage, type Image } from './build/index.ts'
import { ProvisionError } from './error.ts'
import { refuseUnknown, type OptionNames } from './rules/known-options.ts'
import type { Local } from './build/local.ts'
import { firstProblem, itemsProblem, localProblem, ownerProblem, quoted } from './rules/index.ts'
import { refuseIf } from './rules/refuse.ts'
import { shownValue } from './text/shown-value.ts'

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

const names: OptionNames<BoxOptions> = { name: true, build: true, user: true, images: true }

const brand = Symbol.for('provision.box')

/** What a node starts from: an OS image with Docker, and a set of images already inside. */
export interface Box {
  readonly [brand]: true
  readonly name: string
  readonly build: Local
  readonly user: string
  readonly images: readonly Image[]
}

/** What images, volumes and containers are called after. */
export const isBoxName = (name: unknown): name is string =>
  typeof name === 'string' && /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name) && !name.includes('--')

/**
 * Describes a box; the default export of `boxes/<name>/box.ts`.
 * @throws ProvisionError `playbook` for a name or user that cannot be one, and an option that there is not
 */
export function defineBox(options: BoxOptions): Box {
  refuseUnknown('the box', options, names)
  const { name, build, user = 'core', images = [] } = options
  refuseIf(
    'the box',
    firstProblem(localProblem('build', build), itemsProblem('images', images, 'images', imageProblem)),
  )
  const problem = firstProblem(
    isBoxName(name) ? undefined : `name: ${quoted(name)} cannot be the name of a box`,
    ownerProblem('user', user),
  )
  if (problem !== undefined) {
    throw new ProvisionError('playbook', `the box's ${problem}`, {
      help: 'use at most 40 lower-case letters and digits, and single dashes between them',
    })
  }
  return { [brand]: true, name, build, user, images }
}

const imageProblem = (one: unknown, place: string): string | undefined =>
  isImage(one) ? undefined : `${place}: ${shownValue(one)} is not an image (write image("…"))`

export const isBox = (value: unknown): value is Box =>
  typeof value === 'object' && value !== null && brand in value
