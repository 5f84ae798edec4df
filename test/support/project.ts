import { execFile } from 'node:child_process'
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runCli, type CliResult } from './cli.ts'
import { cli } from './the-cli.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** What came of one call of the tool. */
export interface Called extends CliResult {
  /** The events of `--json`; none without it. */
  readonly events: readonly Readonly<Record<string, unknown>>[]
}

/** A copy of a playbook with its boxes, in a folder of its own, so that tests may edit it. */
export interface Project {
  readonly dir: string
  provision(...args: readonly string[]): Promise<Called>
  remove(): Promise<void>
}

export async function makeProject(playbook: string): Promise<Project> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'provision-e2e-')))
  const parts = ['package.json', 'boxes', join('playbooks', playbook)]
  const filter = (path: string) => !/\/(build|\.provision)$/.test(path)
  await Promise.all(parts.map((part) => cp(join(root, part), join(dir, part), { recursive: true, filter })))
  return {
    dir,
    provision: async (...args) => {
      const result = await runCli(cli, args, { cwd: dir })
      return { ...result, events: eventsIn(result.stdout) }
    },
    remove: async () => {
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export const eventsIn = (stdout: string): Record<string, unknown>[] =>
  stdout.split('\n').flatMap((line) => {
    if (!line.startsWith('{"event":')) return []
    const event: unknown = JSON.parse(line)
    return typeof event === 'object' && event !== null ? [Object.fromEntries(Object.entries(event))] : []
  })

/** What a program says, without the space around it; rejects when it fails. */
export async function ask(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, args)
  return stdout.trim()
}
