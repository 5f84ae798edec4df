import type { Emit } from '../core/event.ts'
import type { Provider } from '../core/provider.ts'
import { timed } from '../core/track.ts'
import { sumOf } from '../core/traffic.ts'
import type { ConnectedHost } from '../transport/host.ts'
import type { Session } from './session.ts'

/** Tells of a run what no task tells: how long hosts are looked for, connected to, asked and worked on, and what that sent. */
export interface Observer {
  readonly provider: (provider: Provider) => Provider
  readonly connect: (connect: Session['connect']) => Session['connect']
  /** Tells what went over the wire to each host, those included that are closed. */
  readonly end: () => void
}

export function observer(emit: Emit): Observer {
  const connected: ConnectedHost[] = []
  return {
    provider: (provider) => ({
      ...provider,
      survey: (signal) => timed(emit, { what: 'find the hosts' }, () => provider.survey(signal)),
    }),
    connect: (connect) => async (target, signal) => {
      const { name } = target
      const host = await timed(emit, { what: 'connect', host: name }, () => connect(target, signal))
      connected.push(host)
      return {
        ...host,
        probe: (probes, stop) => timed(emit, { what: 'ask', host: name }, () => host.probe(probes, stop)),
        perform: (actions, stop, watch) => {
          const what = [...new Set(actions.map((action) => action.do))].join(', ')
          return timed(emit, { what, host: name }, () => host.perform(actions, stop, watch))
        },
      }
    },
    end() {
      for (const name of new Set(connected.map((host) => host.name))) {
        const same = connected.filter((host) => host.name === name)
        emit({ event: 'traffic', host: name, traffic: sumOf(same.map((host) => host.traffic())) })
      }
    },
  }
}
