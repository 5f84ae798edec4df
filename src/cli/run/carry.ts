import type { Finished } from '../../core/event.ts'
import type { ExitCode } from '../call/command.ts'
import type { Context } from '../call/context.ts'
import type { IfLocked } from '../../engine/session.ts'
import type { Run } from './index.ts'

/** Carries out a run of a playbook, which tells itself how it starts and ends. */
export async function carryOut(
  context: Context,
  playbook: string | undefined,
  ifLocked: IfLocked,
  work: (run: Run) => Promise<Finished>,
): Promise<ExitCode> {
  const workspace = await context.workspace(playbook)
  const carried = async (run: Run): Promise<ExitCode> => ((await work(run)).ok ? 0 : 1)
  return context.withRun(workspace, carried, { ifLocked })
}

/** The option of commands that change something, of which only one at a time may be at work on an environment. */
export const waitOptions = {
  'no-wait': {
    type: 'flag',
    summary: 'fail at once while another run is at work, instead of waiting for it',
  },
} as const

export const ifLocked = (options: { readonly 'no-wait': boolean }): IfLocked =>
  options['no-wait'] ? 'fail' : 'wait'

/** The positional argument of commands that are about one playbook. */
export const playbookArgument = {
  name: 'PLAYBOOK',
  count: 'optional',
  summary: 'a name or a path; without it the default of package.json, or the only one',
} as const
