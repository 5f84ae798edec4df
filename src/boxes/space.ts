import { statfs } from 'node:fs/promises'
import { showBytes } from '../core/text/bytes.ts'
import { ProvisionError } from '../core/error.ts'

/**
 * Refuses to begin what would fill the engine's disk.
 * @param root where the engine keeps its data; one that this machine does not see (a VM's) is not checked
 * @throws ProvisionError `engine` with what is free and what is needed, in bytes
 */
export async function requireSpace(root: string | undefined, needed: number, what: string): Promise<void> {
  const disk = root === undefined ? undefined : await statfs(root).catch(() => undefined)
  if (root === undefined || disk === undefined) return
  const free = disk.bavail * disk.bsize
  if (free >= needed) return
  throw new ProvisionError(
    'engine',
    `${what}: only ${showBytes(free)} free in ${root}, at least ${showBytes(needed)} needed`,
    { help: 'free some space: provision box prune, docker image prune' },
  )
}
