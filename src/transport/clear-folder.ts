import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from './alive.ts'

/**
 * Removes the entries of a folder of this machine whose process has ended.
 * @param ownerOf the process that an entry belongs to; undefined for one that is to stay
 * @returns the names of those that are gone
 */
export async function clearFolder(
  folder: string,
  ownerOf: (name: string) => number | undefined,
): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  const dead = names.filter((name) => {
    const owner = ownerOf(name)
    return owner !== undefined && !isAlive(owner)
  })
  const gone = await Promise.all(
    dead.map((name) =>
      rm(join(folder, name), { recursive: true, force: true }).then(
        () => [name],
        // Somebody else's, in a folder that all share.
        () => [],
      ),
    ),
  )
  return gone.flat()
}
