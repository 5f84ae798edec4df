import { stat } from 'node:fs/promises'
import type { Digest } from '../../core/digest.ts'
import { digestOfFile } from '../../transport/files/digest.ts'
import type { KeptFile } from '../apply/former-content.ts'
import { unpack } from './pack.ts'
import { contentPath, isThere } from './store.ts'

/** The file that is kept of this content; undefined where there is none, or it is damaged. */
export async function keptFile(stateDir: string, digest: Digest): Promise<KeptFile | undefined> {
  const path = contentPath(stateDir, digest)
  await unpack(stateDir, [digest])
  if (!(await isThere(path)) || (await digestOfFile(path)) !== digest) return undefined
  return { path, size: (await stat(path)).size }
}
