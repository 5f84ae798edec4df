import { statSync } from 'node:fs'
import { createLimit } from '../../core/async/limit.ts'
import { digestOfFile } from '../../transport/files/digest.ts'

/** What is at paths, beyond when it was written. Nothing is known of what cannot be read. */
export type Contents = ReadonlyMap<string, string>

/** Reads what is at paths. */
export async function contentsOf(paths: readonly string[]): Promise<Contents> {
  const limit = createLimit(8)
  const all = await Promise.all(paths.map((path) => limit(() => contentAt(path))))
  return new Map(paths.flatMap((path, i) => (all[i] === undefined ? [] : [[path, all[i]]])))
}

async function contentAt(path: string): Promise<string | undefined> {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats?.isFile() ? `${stats.mode} ${await digestOfFile(path)}` : undefined
  } catch {
    // It went, or we may not look: then it counts as changed.
    return undefined
  }
}

/** What is in both, and the same. */
export const commonTo = (one: Contents, other: Contents): Contents =>
  new Map([...one].filter(([path, content]) => other.get(path) === content))

/** Whether all that differs holds what it held. */
export const isUnchanged = async (paths: readonly string[], before: Contents): Promise<boolean> => {
  if (paths.length === 0 || !paths.every((path) => before.has(path))) return false
  const now = await contentsOf(paths)
  return paths.every((path) => now.get(path) === before.get(path))
}
