import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuiltCli } from '../support/cli.ts'
import { run } from './processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Bundles the tool as `buildCli` does for tests, but in a process group of its own: a Ctrl-C leaves nothing half made. */
export async function bundleTool(signal: AbortSignal): Promise<BuiltCli> {
  mkdirSync(join(root, '.provision'), { recursive: true })
  const dir = mkdtempSync(join(root, '.provision', 'bench-cli-'))
  const remove = (): void => rmSync(dir, { recursive: true })
  try {
    await run([process.execPath, join(root, 'scripts/bundle.mjs'), join(dir, 'dist')], { signal })
    cpSync(join(root, 'package.json'), join(dir, 'package.json'))
    symlinkSync(join(root, 'boxes'), join(dir, 'boxes'))
  } catch (error) {
    remove()
    throw error
  }
  return { bin: join(dir, 'dist/cli/bin.js'), remove }
}
