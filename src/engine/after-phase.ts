import { inspect } from 'node:util'
import { isProvisionError, ProvisionError } from '../core/error.ts'
import type { ProvidedHost } from '../core/provider.ts'
import { inPhase, tracked } from '../core/track.ts'
import { reachOf } from './endpoints.ts'
import type { Session } from './session.ts'
import { ownCommand } from '../core/text/own-command.ts'

/** Runs the playbook's `after`, where it has one, as the phase `after`. */
export async function afterPhase(session: Session, hosts: readonly ProvidedHost[]): Promise<void> {
  const { declaration, emit, provider, signal } = session
  const { after } = declaration
  if (!after) return
  // As a note it stays on the screen; the output of a task shows only while that goes on.
  const log = (text: string): void => emit({ event: 'note', level: 'info', text })
  await inPhase(
    emit,
    'after',
    () =>
      tracked(emit, { id: 'after', phase: 'after', title: 'after' }, () =>
        after(reachOf(provider, hosts), { log, signal }).catch((error: unknown) => {
          throw afterError(error)
        }),
      ),
    () => 'done',
  )
}

/** Where this code lies, as a path and as a URL: what it says of itself helps nobody to mend a playbook. */
const ownFolders = [import.meta.dirname, new URL('.', import.meta.url).href]

const framesIn = (stack: string): readonly string[] =>
  stack
    .split('\n')
    .filter((line) => /^ +at /.test(line) && !ownFolders.some((folder) => line.includes(folder)))

/** What the playbook's own code throws, with the place it came from. */
function afterError(error: unknown): ProvisionError {
  if (isProvisionError(error)) return error
  const { message, stack = '' } =
    error instanceof Error ? error : { message: `it threw ${inspect(error)}, which is no error` }
  return new ProvisionError('playbook', `the playbook's \`after\` failed: ${message}`, {
    output: framesIn(stack).slice(0, 3).join('\n') || undefined,
    help: `the hosts are as they should be; mend \`after\` and run \`${ownCommand('refresh')}\``,
    cause: error,
  })
}
