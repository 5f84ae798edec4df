import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { quote } from '../../core/quote.ts'
import type { CommandLine } from '../../core/text/own-command.ts'
import type { Globals } from './globals.ts'
import { installedIn, isThisPackage, packageDir } from '../package-dir.ts'
import { upwards } from '../playbook/project.ts'

/** How the user would call us again, for the same environment: what we print can be pasted. */
export function commandLineFor(
  env: NodeJS.ProcessEnv,
  globals: Pick<Globals, 'env' | 'on' | 'dir' | 'playbook' | 'param'>,
  cwd: string = process.cwd(),
): CommandLine {
  const self = isInstalled(env) ? ['provision'] : npxFindsUs(cwd) ? ['npx', 'provision'] : ['node', ownBin]
  const again = [
    ...option('--playbook', globals.playbook),
    ...option('--env', globals.env),
    ...option('--on', globals.on),
    ...option('--dir', globals.dir),
    ...globals.param.flatMap((param) => option('--param', param)),
  ]
  return (...words) => [...self, ...words, ...again].map(quote).join(' ')
}

const option = (name: string, value: string | undefined): string[] =>
  value === undefined ? [] : [name, value]

const ownBin = join(packageDir, 'dist/cli/bin.js')

/** Elsewhere npx would fetch and run what the registry has by our name, which is somebody else's. */
function npxFindsUs(cwd: string): boolean {
  const dirs = upwards(cwd)
  const found = dirs.map(installedIn).find((dir) => existsSync(dir))
  return isThisPackage(found ?? dirs.find((dir) => existsSync(join(dir, 'package.json'))) ?? cwd)
}

/** npx and npm scripts put folders on the path that the user's own shell does not have. */
function isInstalled(env: NodeJS.ProcessEnv): boolean {
  const folders = (env['PATH'] ?? '').split(delimiter)
  return folders.some(
    (folder) => folder !== '' && !folder.endsWith(join('node_modules', '.bin')) && isProgram(folder),
  )
}

function isProgram(folder: string): boolean {
  try {
    accessSync(join(folder, 'provision'), constants.X_OK)
    return true
  } catch {
    // Not there, or not to be run.
    return false
  }
}
