import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder with all that busybox is; empty where there is none. */
    busybox: string
  }
}

/** Before all tests: a folder for those whose hosts have nothing else. */
export default function busyboxOnce({ provide }: TestProject): () => void {
  const tools = mkdtempSync(join(tmpdir(), 'provision-busybox-'))
  // For all accounts of a test.
  chmodSync(tools, 0o755)
  try {
    execFileSync('busybox', ['--install', '-s', tools], { stdio: 'ignore' })
  } catch {
    // Then it is not among the shells to try either.
  }
  provide('busybox', tools)
  return () => rmSync(tools, { recursive: true })
}
