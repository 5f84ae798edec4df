import { sshConfigText } from '../ssh-config.ts'
import { playbookArgument } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'

export const command = defineCommand({
  summary: 'print an OpenSSH configuration of the hosts',
  about: 'Hosts that were never made are left out. Host keys are checked strictly.',
  args: [playbookArgument],
  options: {},
  examples: [
    ['provision ssh-config > hosts.conf', 'for ssh -F hosts.conf app, scp, rsync, editors'],
    ['ssh -F =(provision ssh-config) app', 'in zsh; bash’s <(…) is closed by the client before it reads it'],
  ],
  run: async (context, { args }) => {
    const workspace = await context.workspace(args[0])
    const hosts = await context.withRun(workspace, (run) => run.survey())
    const targets = hosts
      .filter(({ state }) => state === 'running' || state === 'stopped')
      .map(({ ssh }) => ssh)
    context.answer('ssh-config', targets, () => sshConfigText(targets).trimEnd())
    return 0
  },
})
