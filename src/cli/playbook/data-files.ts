import { statSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { textOf } from './imports.ts'

/** What bundlers, too, take for a file beside a module: `new URL('./values.yaml', import.meta.url)`. */
const besideModule =
  /\bnew\s+URL\s*\(\s*(['"`])((?:\\.|(?!\1)[^\\\n$])+)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g

/**
 * The files that some modules name so, absolute: what a playbook reads while it is evaluated. Folders are left out, one that is
 * missing is not; nor is anything that is named otherwise found.
 */
export const dataFilesOf = (modules: readonly string[]): readonly string[] => [
  ...new Set(modules.flatMap((module) => [...textOf(module).matchAll(besideModule)].flatMap(fileIn(module)))),
]

const fileIn =
  (module: string) =>
  ([, , name = '']: RegExpMatchArray): readonly string[] => {
    const path = pathOf(name, module)
    if (path === undefined || path.endsWith('/')) return []
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? [] : [path]
  }

function pathOf(name: string, module: string): string | undefined {
  try {
    return fileURLToPath(new URL(name, pathToFileURL(module)))
  } catch {
    // It names no file of this machine.
    return undefined
  }
}
