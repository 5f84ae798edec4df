import { spawn, type SpawnOptionsWithoutStdio } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The tool as the build makes it. */
export interface BuiltCli {
  readonly bin: string
}

/** Bundles of the tool lie in folders of their own. */
export interface CliFolder extends BuiltCli {
  readonly remove: () => void
  /** What Node.js is to run to have the code bundled into it. */
  readonly bundling: readonly string[]
}

/** A folder for the tool with all but its code. */
export function cliFolder(prefix: string): CliFolder {
  mkdirSync(join(root, '.provision'), { recursive: true })
  const dir = mkdtempSync(join(root, '.provision', prefix))
  cpSync(join(root, 'package.json'), join(dir, 'package.json'))
  symlinkSync(join(root, 'boxes'), join(dir, 'boxes'))
  return {
    bin: join(dir, 'dist/cli/bin.js'),
    remove: () => rmSync(dir, { recursive: true }),
    bundling: [join(root, 'scripts/bundle.mjs'), join(dir, 'dist')],
  }
}

export interface CliResult {
  /** 128 and the signal's number when one ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the tool as a process of its own, with neither a terminal nor colours. */
export function runCli(
  { bin }: BuiltCli,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', ...options.env }
    const child = spawn(process.execPath, [bin, ...args], { ...options, env })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (texts.stdout += String(chunk)))
    child.stderr.on('data', (chunk) => (texts.stderr += String(chunk)))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts }))
    child.stdin.end()
  })
}
