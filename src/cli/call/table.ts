import type { Command } from './command.ts'

/** All commands, in the order of the help; a command's code is loaded only when it is called. */
export const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  quickstart: () => import('../commands/quickstart.ts'),
  refresh: () => import('../commands/refresh.ts'),
  watch: () => import('../commands/watch.ts'),
  plan: () => import('../commands/plan.ts'),
  apply: () => import('../commands/apply.ts'),
  status: () => import('../commands/status.ts'),
  ssh: () => import('../commands/ssh.ts'),
  'ssh-config': () => import('../commands/ssh-config.ts'),
  exec: () => import('../commands/exec.ts'),
  logs: () => import('../commands/logs.ts'),
  stop: () => import('../commands/stop.ts'),
  start: () => import('../commands/start.ts'),
  destroy: () => import('../commands/destroy.ts'),
  rollback: () => import('../commands/rollback.ts'),
  history: () => import('../commands/history.ts'),
  'history show': () => import('../commands/history/show.ts'),
  doctor: () => import('../commands/doctor.ts'),
  init: () => import('../commands/init.ts'),
  'box bake': () => import('../commands/box/bake.ts'),
  'box list': () => import('../commands/box/list.ts'),
  'box inspect': () => import('../commands/box/inspect.ts'),
  'box prune': () => import('../commands/box/prune.ts'),
  'box export': () => import('../commands/box/export.ts'),
  'box import': () => import('../commands/box/import.ts'),
}
