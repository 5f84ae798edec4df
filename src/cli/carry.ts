import type { Finished } from '../core/event.ts'
import type { ExitCode } from './command.ts'
import type { Context } from './context.ts'
import type { Run } from './run.ts'

/** Carries out a run of a playbook, which tells itself how it starts and ends. */
export async function carryOut(
  context: Context,
  playbook: string | undefined,
  work: (run: Run) => Promise<Finished>,
): Promise<ExitCode> {
  const workspace = await context.workspace(playbook)
  return context.withRun(workspace, async (run) => {
    const finished = await work(run)
    context.emit(finished)
    return finished.ok ? 0 : 1
  })
}

/** The positional argument of commands that are about one playbook. */
export const playbookArgument = {
  name: 'PLAYBOOK',
  count: 'optional',
  summary: 'a name or a path; without it the default of package.json, or the only one',
} as const
