import { execFile } from 'node:child_process'
import { hostname, userInfo } from 'node:os'
import { relative } from 'node:path'
import { promisify } from 'node:util'
import type { JournalHead } from '../../core/history/journal.ts'
import { ifInTime } from '../../transport/time-limit.ts'
import type { Session } from '../session.ts'

const run = promisify(execFile)

/** Nobody waits longer than this for what is only told about a run. Milliseconds. */
const patience = 1_000

export interface Versions {
  readonly tool: string
  /** Of this machine's Docker engine; not asked where a run does not need it. */
  readonly engine: () => Promise<string | undefined>
}

/** What the first line of a journal says of a run that begins now. */
export async function headOf(
  { workspace, redact }: Session,
  command: string,
  versions: Versions,
): Promise<Omit<JournalHead, 'journal' | 'number'>> {
  const [commit, engine] = await Promise.all([
    commitOf(workspace.projectDir),
    ifInTime(versions.engine(), patience),
  ])
  const { playbook, environment, given } = workspace
  const secrets = Object.entries(playbook.params).flatMap(([name, { type }]) =>
    type === 'secret' ? [[name, '[secret]'] as const] : [],
  )
  const params = Object.entries(given).map(([name, text]) => [name, redact(text)] as const)
  return {
    at: new Date().toISOString(),
    command,
    playbook: playbook.name,
    environment,
    user: userInfo().username,
    host: hostname(),
    pid: process.pid,
    params: Object.fromEntries([...params, ...secrets]),
    file: relative(workspace.projectDir, workspace.playbookFile),
    versions: { provision: versions.tool, node: process.version, ...(engine ? { engine } : {}) },
    ...(commit === undefined ? {} : { commit }),
  }
}

/** The commit that a folder is checked out at; undefined where there is no git or nothing of it. */
async function commitOf(dir: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['-C', dir, 'rev-parse', '--verify', '--quiet', 'HEAD'], {
      timeout: patience,
    })
    return stdout.trim() || undefined
  } catch {
    return undefined
  }
}
