import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, it } from 'vitest'
import { accountName, startSshdFor, type Account } from './account.ts'
import { effort, tally } from './faults.ts'
import { hostJob, type JobOptions } from './host-job.ts'
import { survive, type Clear, type Expected } from './survive.ts'

/** A kind of login to try a job through, and how that must end. */
export interface LoginRow extends Account {
  /** Default `done`. */
  readonly expected?: Expected
  /** A program without which the row cannot be tried. */
  readonly needs?: string
  readonly job?: JobOptions
  /** Belongs to the sample. */
  readonly sample?: true
  /** Seconds; default 20. */
  readonly within?: number
}

const user = accountName

export const noCommands = (ended: string): Clear => ({
  code: 'host',
  message: new RegExp(`^box: the login shell of ${user} runs no commands \\(${ended}\\)$`),
  help: /provision ssh box/,
})

export const noSudo: Clear = {
  code: 'host',
  message: new RegExp(`^box: sudo gives ${user} no rights of root \\(ended with 1\\)$`),
  help: /NOPASSWD/,
}

/** Does a job through each kind of login; needs root, because each gets a world of its own. */
export function tryLogins(what: string, rows: Readonly<Record<string, LoginRow>>): void {
  const { seed, points } = effort()
  const isAll = points(0, 1) === 1
  let survived = 0
  describe.runIf(process.getuid?.() === 0)(what, () => {
    afterAll(() => tally(`${what}: kinds survived`, survived))
    for (const [
      title,
      { needs, expected = 'done', job: options, sample, within, ...account },
    ] of Object.entries(rows)) {
      const isTried = (needs === undefined || existsSync(needs)) && (isAll || sample === true)
      it.runIf(isTried)(title, async () => {
        const sshd = await startSshdFor(account)
        try {
          const job = hostJob(sshd.folder, seed, { large: 0, small: 12, ...options })
          await survive(job, sshd.target, expected, within === undefined ? {} : { within })
          survived++
        } finally {
          await sshd.stop()
        }
      })
    }
  })
}

/** Starts an ssh-agent that holds these keys, with its socket in a folder. */
export async function startAgent(
  folder: string,
  keys: readonly string[],
): Promise<{ readonly socket: string; stop(): void }> {
  const socket = join(folder, 'agent')
  const run = promisify(execFile)
  const { stdout } = await run('ssh-agent', ['-a', socket])
  await run('ssh-add', ['-q', ...keys], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1])
  return { socket, stop: () => void process.kill(pid) }
}
