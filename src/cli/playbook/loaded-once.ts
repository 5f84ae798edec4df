import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { textOf } from './imports.ts'

/** A line that only a module has; `import(` may stand in any script. */
const moduleSyntax = /^\s*(?:import\b(?!\s*\()|export\b)/m

/**
 * Whether a file is loaded by Node.js itself, which keeps what it has loaded, and not compiled by jiti, anew each time: so it is
 * with JavaScript that says of itself what it is, and with that which is no module.
 */
export function isLoadedOnce(file: string): boolean {
  switch (extname(file)) {
    case '.mjs':
    case '.cjs':
      return true
    case '.js':
      return isInModules(dirname(file)) || !moduleSyntax.test(textOf(file))
    default:
      return false
  }
}

/** Whether the nearest package.json says that what lies around it are modules. */
function isInModules(folder: string): boolean {
  const path = join(folder, 'package.json')
  if (existsSync(path)) return /"type"\s*:\s*"module"/.test(readFileSync(path, 'utf8'))
  const above = dirname(folder)
  return above !== folder && isInModules(above)
}
