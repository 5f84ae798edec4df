import type { Emit } from '../core/event.ts'

/** Shows a run to somebody: a person at a terminal, a log of a CI, another program. */
export interface Report {
  readonly emit: Emit
  /** Shows the answer of a command to people, when nothing live is on the screen any more. */
  readonly show: (text: string) => void
  /** Shows what is left to be shown, and waits until all has left this process. */
  readonly close: () => Promise<void>
}
