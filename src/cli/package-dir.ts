import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package: the code of the command line lies two folders below it, also when it is bundled. */
export const packageDir = fileURLToPath(new URL('../../', import.meta.url))

/** The folder of our own code, bundled or not. */
export const codeDir = join(import.meta.dirname, '..')

/** Where npm puts the package of our name that a folder depends on. */
export const installedIn = (dir: string): string => join(dir, 'node_modules', 'provision')

/** Whether a folder is there and is this package, by whatever path: npm links what it depends on by path. */
export const isThisPackage = (dir: string): boolean =>
  existsSync(dir) && realpathSync(dir) === realpathSync(packageDir)
