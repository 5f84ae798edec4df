import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A path on this machine: a URL (as from `import.meta.url`) or absolute path, or one relative to the playbook's folder. */
export type Local = string | URL

/** The absolute path. */
export function localPath(path: Local, playbookDir: string): string {
  if (path instanceof URL) return fileURLToPath(path)
  return isAbsolute(path) ? path : resolve(playbookDir, path)
}

/** The way from a folder to a path, with `/` on whatever system, as patterns and other machines have it. */
export const wayTo = (folder: string, path: string): string => relative(folder, path).split(sep).join('/')
