import { spawn } from 'node:child_process'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ProvisionError, systemCode } from '../../core/error.ts'
import { quoteAll } from '../../core/quote.ts'
import { temporaryName } from '../../core/temporary.ts'
import { defineCommand } from '../call/command.ts'
import { sshConfigText } from '../ssh-config.ts'
import { hostCalled } from '../run/targets.ts'

export const command = defineCommand({
  summary: 'a shell on a host, or one command there',
  about: 'Words after -- arrive as they are; a single word with spaces is a line for the shell of the host.',
  args: [
    {
      name: 'HOST',
      count: 'optional',
      summary: 'a host of the playbook; may be left out when there is only one',
    },
  ],
  rest: 'optional',
  without: ['json'],
  options: {},
  examples: [
    ['provision ssh app', 'a shell'],
    ['provision ssh app -- docker ps', 'one command; its exit code is passed on'],
    ["provision ssh app -- 'df -h | head -3'", 'a line for the shell there'],
  ],
  run: async (context, { args, rest }) => {
    const workspace = await context.workspace()
    const hosts = await context.withRun(workspace, (run) => run.survey())
    const { ssh } = hostCalled(args[0], hosts)
    await mkdir(workspace.stateDir, { recursive: true, mode: 0o700 })
    const config = join(workspace.stateDir, 'ssh-config')
    // A client of another call may be reading it.
    const temporary = temporaryName(config, process.pid)
    await writeFile(temporary, sshConfigText(hosts.map((host) => host.ssh)), { mode: 0o600 })
    await rename(temporary, config)
    const line = rest && (rest.length === 1 ? rest : [quoteAll(rest)])
    const terminal = line && context.stdin.isTTY && context.stdout.isTTY ? ['-t'] : []
    context.handOver()
    return runClient(['-F', config, ...terminal, ssh.name, ...(line ? ['--', ...line] : [])])
  },
})

/** Gives the terminal to the SSH client; its exit code, or 128 and the signal that ended it. */
function runClient(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const client = spawn('ssh', args, { stdio: 'inherit' })
    client.once('error', (error) => reject(noClient(error)))
    client.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

const noClient = (error: Error): Error =>
  systemCode(error) === 'ENOENT'
    ? new ProvisionError('host', 'there is no SSH client on this machine', {
        help: 'install the package openssh-client',
        cause: error,
      })
    : error
