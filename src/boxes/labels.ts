import { label, labelVersion } from '../core/label.ts'

/** Labels that only boxes have. On a box's image they say all that is known of it; on its volume, whose that is. */
export const boxLabel = {
  name: 'provision.box.name',
  user: 'provision.box.user',
  /** The volume with its images. Only a box that is complete has an image with this label. */
  store: 'provision.box.store',
  /** JSON: references of the images in the store. */
  images: 'provision.box.images',
  /** Bytes of the store. */
  size: 'provision.box.size',
  /** Who made this, and is perhaps still at it: `host:pid`. */
  baker: 'provision.box.baker',
} as const

/** What a box is from now on. */
export interface BoxFacts {
  readonly name: string
  readonly digest: string
  readonly user: string
  readonly store: string
  readonly images: readonly string[]
  /** Of the store, in bytes. */
  readonly size: number
}

/** The labels of a box's image. */
export const labelsOfBox = (box: BoxFacts): Record<string, string> => ({
  [label.version]: labelVersion,
  [label.box]: box.digest,
  [boxLabel.name]: box.name,
  [boxLabel.user]: box.user,
  [boxLabel.store]: box.store,
  [boxLabel.images]: JSON.stringify(box.images),
  [boxLabel.size]: String(box.size),
})

/** Reads those labels; undefined where they are not, or not all. */
export function boxOfLabels(
  labels: Readonly<Record<string, string>> | null | undefined,
): BoxFacts | undefined {
  const { [label.box]: digest, [boxLabel.name]: name, [boxLabel.store]: store } = labels ?? {}
  const { [boxLabel.user]: user, [boxLabel.images]: images, [boxLabel.size]: size } = labels ?? {}
  if (!digest || !name || !store || !user || images === undefined) return undefined
  return { name, digest, user, store, images: textsIn(images), size: Number(size) || 0 }
}

/** Nothing in it where somebody else has set the label. */
function textsIn(json: string): readonly string[] {
  const value = parsed(json)
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
