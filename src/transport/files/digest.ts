import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '../../core/digest.ts'

/**
 * The digest of a file of any size, which is read as it goes.
 * @throws what reading it throws
 */
export async function digestOfFile(path: string): Promise<Digest> {
  const sum = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), sum)
  return sum.digest('hex')
}
