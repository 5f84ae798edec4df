import type { Action } from '../../src/core/action.ts'
import { ProvisionError } from '../../src/core/error.ts'
import type { HostPort } from '../../src/core/host.ts'
import type { Answer, Probe } from '../../src/core/probe.ts'

export interface FakeHost extends HostPort {
  /** Every batch that was performed, in order. */
  readonly batches: readonly (readonly Action[])[]
  /** How often it was asked. */
  readonly rounds: () => number
}

export interface FakeBehaviour {
  readonly answer?: (probe: Probe) => Answer
  /** Why an action fails, which has the code `action` where only a reason is given; undefined when it works. */
  readonly fails?: (action: Action) => string | ProvisionError | undefined
  /** Whether an action finds that it need not be done. */
  readonly isNeedless?: (action: Action) => boolean
  /** Lines that an action shows. */
  readonly says?: (action: Action) => readonly string[]
  /** Resolves when an action may end. */
  readonly gate?: (action: Action) => Promise<void>
}

/** A host in memory, for tests of the engine: it remembers what it was asked and told. */
export function fakeHost(
  name: string,
  { answer, fails, isNeedless, says, gate }: FakeBehaviour = {},
): FakeHost {
  const batches: (readonly Action[])[] = []
  let rounds = 0
  return {
    name,
    batches,
    rounds: () => rounds,
    probe: (probes) => {
      rounds += 1
      return Promise.resolve(
        probes.map((probe) => (probe.ask === 'owned' ? (answer?.(probe) ?? []) : answer?.(probe))),
      )
    },
    perform: async (actions, _, watch) => {
      batches.push(actions)
      actions.forEach((action, index) => says?.(action).forEach((line) => watch?.line?.(line, index)))
      await Promise.all(actions.map(async (action) => gate?.(action)))
      return actions.map((action) => {
        const reason = fails?.(action)
        if (reason === undefined) return isNeedless?.(action) ? { ok: true, needless: true } : { ok: true }
        return {
          ok: false,
          error: typeof reason === 'string' ? new ProvisionError('action', reason) : reason,
        }
      })
    },
    close: () => Promise.resolve(),
  }
}
