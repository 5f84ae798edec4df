import { ProvisionError } from '../../core/error.ts'
import type { HostPort } from '../../core/host.ts'
import type { Answer, Probe } from '../../core/probe.ts'

/** A host that does not exist yet, to plan against: it has nothing. */
export const blankHost = (name: string): HostPort => ({
  name,
  probe: (probes) => Promise.resolve(probes.map(nothing)),
  perform: () => Promise.reject(new ProvisionError('host', `${name}: the host does not exist yet`)),
  close: () => Promise.resolve(),
})

function nothing(probe: Probe): Answer {
  switch (probe.ask) {
    case 'command':
      return { code: 127, output: '' }
    case 'owned':
      return []
    default:
      return undefined
  }
}
