#!/usr/bin/env node
import { join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { keepCompiled, readCompiled } from './boot/compiled.ts'
import { bundleLoader } from './boot/loader.ts'
import type { start } from './start.ts'

/** Commands of which each keeps the code for itself: what others never call would have to be compiled by each run. */
const frequent = ['refresh', 'status', 'watch', 'plan', 'apply', 'quickstart', 'logs', 'exec']

const isStart = (exported: unknown): exported is { readonly start: typeof start } =>
  typeof exported === 'object' && exported !== null && 'start' in exported

async function run(): Promise<number> {
  const dir = import.meta.dirname
  const called = process.argv.slice(2).find((word) => frequent.includes(word)) ?? 'any'
  // V8 takes no code of another version of its own, of other flags or for another processor.
  const kept = join(dir, `${called}-${cachedDataVersionTag()}.code`)
  const loader = bundleLoader(dir, readCompiled(kept))
  const program = loader.load('start.js')
  if (!isStart(program)) throw new Error('start.js is damaged')
  const code = await program.start(process)
  if (loader.hasNews()) keepCompiled(kept, loader.compiled)
  return code
}

run().then(
  // Nothing may keep the process: all that was written has left it by now.
  (code) => process.exit(code),
  // Only its own files not being readable comes to here: too few file descriptors, a damaged installation.
  (error: unknown) => {
    process.stderr.write(
      `✖ provision cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
    )
    process.exit(1)
  },
)
