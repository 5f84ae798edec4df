import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'
import type { Compiled, CompiledFiles } from './compiled.ts'

/** Loads the files of a bundle, which are CommonJS, from what has been compiled of them already. */
export interface Loader {
  /** What a file exports, by its name. */
  readonly load: (name: string) => unknown
  /** Whether something was loaded that was not compiled before. */
  readonly hasNews: () => boolean
  /** What was compiled before, and all that is compiled by now of what was loaded. */
  readonly compiled: () => CompiledFiles
}

/** What a file of the bundle finds as its own; Node.js gives `import()` only to what it has loaded itself. */
const given = ['exports', 'require', 'module', '__filename', '__dirname', 'importModule']

interface Loaded {
  readonly module: { readonly exports: unknown }
  readonly script: Script
  readonly stamp: string
}

export function bundleLoader(dir: string, before: CompiledFiles): Loader {
  const loaded = new Map<string, Loaded>()
  const requirePackage = createRequire(join(dir, 'bin.js'))
  let hasNews = false

  const requireIn = Object.assign((id: string): unknown => {
    return id.startsWith('./') ? load(id.slice(2)) : requirePackage(id)
  }, requirePackage)

  const load = (name: string): unknown => {
    const former = loaded.get(name)
    if (former) return former.module.exports
    const path = join(dir, name)
    const stamp = stampOf(path)
    const script = scriptOf(path, matching(before.get(name), stamp))
    if (script.cachedDataRejected !== false) hasNews = true
    const module = { exports: {} }
    loaded.set(name, { module, script, stamp })
    try {
      const body: unknown = script.runInThisContext()
      const its = [module.exports, requireIn, module, path, dirname(path), importModule]
      if (typeof body === 'function') Reflect.apply(body, module.exports, its)
    } catch (error) {
      loaded.delete(name)
      throw error
    }
    return module.exports
  }

  const compiled = (): CompiledFiles =>
    new Map([
      ...before,
      ...[...loaded].map(
        ([name, { script, stamp }]) => [name, { stamp, code: script.createCachedData() }] as const,
      ),
    ])
  return { load, hasNews: () => hasNews, compiled }
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
