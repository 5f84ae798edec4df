import { createJiti } from 'jiti'
import { existsSync, statSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { extname, join } from 'node:path'
import { isBox, type Box } from '../../core/box.ts'
import { showBytes } from '../../core/text/bytes.ts'
import { isProvisionError, ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import { isPlaybook, type Playbook } from '../../core/playbook/index.ts'
import { strictRecord } from '../../core/rules/strict.ts'
import { nearest } from '../../core/text/suggest.ts'
import { placeOf, showPlace } from '../../report/failure.ts'
import { filesOf, packagesImportedBy, textOf } from './imports.ts'
import { mayBeKept } from './source-cache.ts'
import { codeDir } from '../package-dir.ts'
import { unlessDry } from '../unless-dry.ts'
import { writtenPlace } from './written.ts'

/**
 * The default export of a TypeScript file, which may import `provision` wherever it lies.
 * @throws ProvisionError `playbook` when it cannot be read, throws, or has no default export
 */
async function loadDefault(file: string, cacheDir: string, what: 'box' | 'playbook'): Promise<unknown> {
  refuseHuge(file)
  forgetData()
  const provision = await import('../../index.ts')
  const load = (fsCache: string | false): Promise<unknown> =>
    createJiti(import.meta.url, {
      fsCache,
      moduleCache: false,
      interopDefault: false,
      // The very functions of this process: no second copy of them, nothing to resolve.
      virtualModules: { provision: strictRecord({ ...provision }, 'provision has no export') },
    }).import(file)
  const loading = load(mayBeKept(file) && join(cacheDir, 'jiti')).catch((error: unknown) => {
    // That a compiled copy finds no room is no fault of the playbook.
    if (noRoom.has(systemCode(error) ?? '')) return load(false)
    throw error
  })
  const loaded: unknown = await unlessDry(loading, () => neverLoaded(what)).catch((error: unknown) => {
    throw loadError(file, error)
  })
  if (typeof loaded === 'object' && loaded !== null && 'default' in loaded) return loaded.default
  throw new ProvisionError('playbook', `${file} has no default export${exportsOf(loaded)}`, {
    help: 'write `export default definePlaybook({ … })`',
  })
}

/** Node.js keeps JSON that was imported, and jiti has it read by Node.js: whoever loads again wants it as it is now. */
function forgetData(): void {
  const { cache } = createRequire(import.meta.url)
  for (const path of Object.keys(cache)) if (extname(path) === '.json') Reflect.deleteProperty(cache, path)
}

const neverLoaded = (what: string): ProvisionError =>
  new ProvisionError('playbook', `the ${what} awaits something that never comes`, {
    help: 'look for an `await` at its top level, or in a file that it imports, of a promise that nothing settles',
  })

const noRoom: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'])

/** Bytes; compiling takes some hundred times as much memory. */
const mostSource = 5_000_000

/** Data does not belong into source: what is read when it is needed is not compiled first. */
function refuseHuge(file: string): void {
  for (const path of filesOf(file)) {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (size <= mostSource || extname(path) === '.json') continue
    throw new ProvisionError(
      'playbook',
      `${path} has ${showBytes(size)}: no playbook has more than ${showBytes(mostSource)}`,
      {
        help: 'keep data in a file of its own, and read it or push it',
      },
    )
  }
}

/** @throws ProvisionError `playbook` when the file is not that of a playbook */
export async function loadPlaybook(file: string, cacheDir: string): Promise<Playbook> {
  const value = await loadDefault(file, cacheDir, 'playbook')
  if (isPlaybook(value)) return value
  throw wrongKind(file, value, 'a playbook', 'definePlaybook')
}

/** @throws ProvisionError `playbook` when the file is not that of a box */
export async function loadBox(file: string, cacheDir: string): Promise<Box> {
  const value = await loadDefault(file, cacheDir, 'box')
  if (isBox(value)) return value
  throw wrongKind(file, value, 'a box', 'defineBox')
}

const wrongKind = (file: string, value: unknown, what: string, maker: string): ProvisionError =>
  new ProvisionError('playbook', `the default export of ${file} is ${describe(value)}, not ${what}`, {
    help: `write \`export default ${maker}({ … })\``,
  })

function describe(value: unknown): string {
  if (isPlaybook(value)) return 'a playbook'
  if (isBox(value)) return 'a box'
  if (typeof value === 'function') return `a function${value.name === '' ? '' : ` ${value.name}`}`
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const keys = Object.keys(value).slice(0, 5).join(', ')
  return Array.isArray(value)
    ? `a list of ${value.length}`
    : `an object with ${keys === '' ? 'nothing in it' : keys}`
}

const exportsOf = (loaded: unknown): string => {
  const names = typeof loaded === 'object' && loaded !== null ? Object.keys(loaded) : []
  return names.length > 0 ? `, only ${names.join(', ')}` : ''
}

/** Where in the user's files it went wrong, and why; an error that says so itself is left as it is. */
function loadError(file: string, error: unknown): ProvisionError {
  const place = placeOf(error, codeDir)
  const about = place ? showPlace(writtenPlace(place)) : file
  if (isProvisionError(error)) {
    const { code, message, output, help } = error
    return new ProvisionError(code, message, { about, output, help, cause: error })
  }
  // jiti tells of wrong syntax in its message: what, and on the next line where; 0:0 for what it gave up as a whole.
  const [, what, path, at] =
    /^(?:ParseError|undefined): (.*?)\s*\n\s*(\S.*?):(\d+:\d+)/.exec(
      error instanceof Error ? error.message : '',
    ) ?? []
  if (what !== undefined && path !== undefined && at !== undefined) {
    const message = at === '0:0' ? `${path} is nested too deep to be compiled` : `${path}:${at}: ${what}`
    return new ProvisionError('playbook', message, { cause: error })
  }
  const help = isNotFound(error) ? helpWithImports(place?.file ?? file) : undefined
  return new ProvisionError('playbook', reasonOf(error), { about, cause: error, help })
}

const isNotFound = (error: unknown): boolean => /^(?:ERR_)?MODULE_NOT_FOUND$/.test(systemCode(error) ?? '')

/** What to do about the first package that a file imports and that is not installed; undefined where all are. */
function helpWithImports(file: string): string | undefined {
  const { resolve } = createRequire(file)
  const isThere = (name: string): boolean =>
    name === 'provision' ||
    name.startsWith('#') ||
    isBuiltin(name) ||
    (resolve.paths(name) ?? []).some((folder) => existsSync(join(folder, name)))
  const missing = packagesImportedBy(textOf(file))
    .map(packageOf)
    .find((name) => !isThere(name))
  if (missing === undefined) return undefined
  const near = nearest(missing, ['provision'])
  return near === undefined ? `npm install ${missing}` : `did you mean '${near}'?`
}

/** Of `@scope/name/part`, and of `name/part`, without the part. */
const packageOf = (module: string): string =>
  module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/')
