import { execFileSync } from 'node:child_process'
import type { TestProject } from 'vitest/node'
import { cliFolder } from './cli.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the tool is that tests call. */
    bin: string
  }
}

/** Before all tests: bundles src as the build does, without its type check, which is a check of its own. */
export default function bundleOnce({ provide }: TestProject): () => void {
  const { bundling, bin, remove } = cliFolder('test-cli-')
  execFileSync(process.execPath, bundling)
  provide('bin', bin)
  return remove
}
