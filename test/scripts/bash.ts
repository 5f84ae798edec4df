import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

export type RunOptions = {
  /** Bash to run, after the file named by `source`. */
  readonly script: string
  readonly source?: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a piece of bash as the scripts do: strict mode, the library sourced from the repository's root. */
export const bash = ({ script, source, cwd = root, env = {} }: RunOptions): Promise<Ran> =>
  new Promise((resolve) => {
    const text = `set -euo pipefail; cd "$ROOT"; ${source ? `source ${source};` : ''} cd "$AT"; ${script}`
    const all = { PATH: process.env['PATH'] ?? '', ...env, ROOT: root, AT: cwd }
    execFile('bash', ['--norc', '-c', text], { env: all }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr })
    })
  })
