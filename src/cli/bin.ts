#!/usr/bin/env node
import { join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { keepCompiled, readCompiled } from './boot/compiled.ts'
import { keptFor } from './boot/kept-for.ts'
import { bundleLoader } from './boot/loader.ts'
import type { start } from './start.ts'

const isStart = (exported: unknown): exported is { readonly start: typeof start } =>
  typeof exported === 'object' && exported !== null && 'start' in exported

async function run(): Promise<number> {
  const dir = import.meta.dirname
  // V8 takes no code of another version of its own, of other flags or for another processor.
  const kept = join(dir, `${keptFor(process.argv.slice(2))}-${cachedDataVersionTag()}.code`)
  const loader = bundleLoader(dir, readCompiled(kept))
  const program = loader.load('start.js')
  if (!isStart(program)) throw new Error(`${join(dir, 'start.js')} is not what the build made`)
  const code = await program.start(process)
  if (loader.hasNews()) keepCompiled(kept, loader.compiled)
  return code
}

run().then(
  // Nothing may keep the process: all that was written has left it by now.
  (code) => process.exit(code),
  // Only its own files not being readable comes to here: too few file descriptors, a damaged installation.
  (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `✖ provision cannot start: ${why}\nhelp: see to what it names; where files of the tool are damaged: npm run build, or install it anew\n`,
    )
    process.exit(1)
  },
)
