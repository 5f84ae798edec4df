import type { Action } from '../../core/action.ts'
import type { ProvisionError } from '../../core/error.ts'
import type { Failure } from '../../core/event.ts'
import { formerContentText, type FormerContent } from '../../core/former-content.ts'
import type { HostWatcher } from '../../core/host.ts'
import type { Step } from '../../core/plan.ts'
import { resourceTitle } from '../../core/resource.ts'
import { failureOf } from '../../core/track.ts'
import type { Means } from './means.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** The failure of a step, by what it is called. */
export const stepFailure = (step: Step, error: ProvisionError): Failure => ({
  ...failureOf(error),
  message: titled(step, error),
})

/** The failure of what was only to tidy up. */
export function leftOver(step: Step, error: ProvisionError): Failure {
  const failure = stepFailure(step, error)
  return {
    ...failure,
    message: `${failure.message} (the new one has taken over)`,
    help: failure.help ?? 'the next run removes what is left of the former one',
  }
}

/** The failure of a step, with what became of its former state. */
export async function putBack(
  step: Step,
  error: ProvisionError,
  { mend, restoring }: Means,
  watch: HostWatcher,
): Promise<Failure> {
  const failure = stepFailure(step, error)
  if (step.undo.length === 0) return failure
  const reasons = new Set<string>()
  const undo = async (action: Action): Promise<void> => {
    const outcome = await mend(step.host, action, watch)
    if (!outcome.ok) reasons.add(`the former state could not be put back: ${outcome.error.message}`)
  }
  const { former = [] } = step
  const restores = await Promise.all(former.map((one) => restoring(step, one)))
  // What is started again has to find its content.
  await Promise.all(restores.flatMap((action) => (action ? [undo(action)] : [])))
  for (const action of step.undo) await undo(action)
  const unrestored = former.filter((_, i) => restores[i] === undefined)
  if (reasons.size === 0) return { ...failure, ...back(step, unrestored, failure) }
  // That is no longer only a file that was saved meanwhile.
  const code = failure.code === 'edited' ? 'action' : failure.code
  return {
    ...failure,
    code,
    output: [failure.output, ...reasons].filter(Boolean).join('\n'),
  }
}

/** How it is told that the former state is back, as far as it is. */
function back(
  { name, former = [] }: Step,
  unrestored: readonly FormerContent[],
  { message, log, help }: Failure,
): Partial<Failure> {
  const look = log
    ? `${ownCommand('history', 'show')} (${ownCommand('logs', name)}: the one that is back)`
    : help
  if (unrestored.length === 0) {
    const also = former.length === 0 ? '' : `, with ${former.map(formerContentText).join(', ')}`
    return { message: `${message} (the former one is back${also})`, help: look }
  }
  const restore = `${ownCommand('rollback')} brings back all of it`
  return {
    message: `${message} (the former one is back, but not ${unrestored.map(formerContentText).join(', ')})`,
    help: look === undefined ? restore : `${look}; ${restore}`,
  }
}

/** Whoever does a single action knows a path or a container, but not for which resource it is. */
function titled(step: Step, { about, reason, code, message }: ProvisionError): string {
  // The host as a whole has failed, or was left.
  if (typeof about === 'string' || (about === undefined && code === 'host')) return message
  const title = resourceTitle(step)
  const isResource =
    about === undefined || about.name === step.name || about.name === `${step.kind} ${step.name}`
  return isResource ? `${title}: ${reason}` : `${title}: ${about.name}: ${reason}`
}
