import type { Box } from '../core/box.ts'
import { digestOfValue, type Digest } from '../core/digest.ts'

/** Raised when stores are made in another way: boxes baked before are then baked anew. */
const format = 1

export interface BoxInputs {
  readonly box: Pick<Box, 'name' | 'user'>
  /** Of all that goes into the image of the host's own system: its Dockerfile, files and what these build on. */
  readonly system: Digest
  /** Of all that goes into each image that the box holds, by reference. */
  readonly images: ReadonlyMap<string, Digest>
  /** As the engine names it: `x86_64`. */
  readonly architecture: string
}

/** The content address of a box: the same inputs give the same digest, on whatever machine and in whatever order. */
export const boxDigest = ({ box, system, images, architecture }: BoxInputs): Digest =>
  digestOfValue({
    format,
    name: box.name,
    user: box.user,
    system,
    images: Object.fromEntries(images),
    architecture,
  })
