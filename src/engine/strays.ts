import type { StrayHost } from '../core/provider.ts'
import type { Session } from './session.ts'

const strayText = ({ name, state, removal }: StrayHost): string =>
  `${name} is not in the playbook any more, but its node is ${state === 'running' ? 'still running' : `still there (${state})`} with all that is on it; to remove it: ${removal}`

/** Tells of each host that the playbook names no more in a line; to be called once the hosts have been surveyed. */
export function tellStrays({ provider, emit }: Pick<Session, 'provider' | 'emit'>): readonly StrayHost[] {
  const strays = provider.strays()
  for (const stray of strays) {
    emit({ event: 'note', level: 'warning', kind: 'stray', text: strayText(stray) })
  }
  return strays
}
