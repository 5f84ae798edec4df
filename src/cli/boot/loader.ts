import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'
import type { Compiled, CompiledFiles } from './compiled.ts'

/** Loads the files of a bundle, which are CommonJS, from what has been compiled of them already. */
export interface Loader {
  /** What a file exports, by its name. */
  readonly load: (name: string) => unknown
  /** What there was, with all that is compiled by now of what was loaded; undefined where that was all compiled before. */
  readonly news: () => CompiledFiles | undefined
}

/** What a file of the bundle finds as its own; Node.js gives `import()` only to files that it has loaded itself. */
const given = ['exports', 'require', 'module', '__filename', '__dirname', 'importModule']

interface Loaded {
  readonly module: { exports: unknown }
  readonly script: Script
  readonly stamp: string
}

export function bundleLoader(dir: string, compiled: CompiledFiles): Loader {
  const loaded = new Map<string, Loaded>()
  const requirePackage = createRequire(join(dir, 'bin.js'))
  let isNew = false

  const requireIn = Object.assign((id: string): unknown => {
    return id.startsWith('./') ? load(id.slice(2)) : requirePackage(id)
  }, requirePackage)

  const load = (name: string): unknown => {
    const before = loaded.get(name)
    if (before) return before.module.exports
    const path = join(dir, name)
    const stamp = stampOf(path)
    const script = scriptOf(path, matching(compiled.get(name), stamp))
    if (script.cachedDataRejected !== false) isNew = true
    const module: Loaded['module'] = { exports: {} }
    loaded.set(name, { module, script, stamp })
    const body: unknown = script.runInThisContext()
    if (typeof body === 'function')
      Reflect.apply(body, module.exports, [
        module.exports,
        requireIn,
        module,
        path,
        dirname(path),
        importModule,
      ])
    return module.exports
  }

  const all = (): CompiledFiles =>
    new Map([
      ...compiled,
      ...[...loaded].map(
        ([name, { script, stamp }]) => [name, { stamp, code: script.createCachedData() }] as const,
      ),
    ])
  return { load, news: () => (isNew ? all() : undefined) }
}

const importModule = (id: string): Promise<unknown> => import(id)

/** A file that was edited by hand counts as another one. */
function stampOf(path: string): string {
  const { size, mtimeMs, ino } = statSync(path)
  return [size, mtimeMs, ino].join(' ')
}

const matching = (compiled: Compiled | undefined, stamp: string): Buffer | undefined =>
  compiled?.stamp === stamp ? compiled.code : undefined

function scriptOf(filename: string, cachedData: Buffer | undefined): Script {
  const opening = `(function (${given.join(', ')}) { `
  return new Script(`${opening}${readFileSync(filename, 'utf8')}\n})`, {
    filename,
    columnOffset: -opening.length,
    ...(cachedData && { cachedData }),
  })
}
