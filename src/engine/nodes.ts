import { existsSync } from 'node:fs'
import { ProvisionError } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import type { ProvidedHost, Provider, ProviderWatcher } from '../core/provider.ts'
import { hasKeyFiles } from '../transport/ssh/key-files.ts'
import type { Session } from './session.ts'
import { inPhase } from '../core/track.ts'
import { ownCommand } from '../core/text/own-command.ts'

/** Shows what a provider does on each host as tasks of the phase `nodes`. */
export function nodeTasks(emit: Emit): ProviderWatcher {
  const started = new Map<string, number>()
  return {
    note: (text) => emit({ event: 'note', level: 'warning', text }),
    host(host, state, note) {
      const task = `nodes/${host}`
      if (state === 'started') {
        started.set(host, performance.now())
        emit({ event: 'task-started', task, phase: 'nodes', host, title: note })
      } else {
        const durationMs = performance.now() - (started.get(host) ?? performance.now())
        emit({ event: 'task-finished', task, durationMs, summary: note })
      }
    },
  }
}

/**
 * The hosts of an environment that was started before, with those started again that are stopped.
 * @throws ProvisionError `provider` when a host was never made
 */
export async function runningHosts(session: Session): Promise<readonly ProvidedHost[]> {
  const { emit, provider, signal } = session
  const hosts = await provider.survey(signal)
  const absent = hosts.filter(({ state }) => state === 'missing' || state === 'half-made')
  if (absent.length > 0) throw notThere(session, hosts, absent)
  if (hosts.every(isOpen(provider.kind))) return hosts
  return inPhase(emit, 'nodes', () => provider.start(signal, nodeTasks(emit)), startedOf(hosts))
}

/** Whether there is anything of an environment, here or of the hosts that the playbook names: its name may be mistyped. */
export const isMade = async (session: Session): Promise<boolean> =>
  existsSync(session.workspace.stateDir) || (await hasHosts(session))

/** Whether any host of the playbook is there, whatever state it is in. */
export async function hasHosts({ provider, signal }: Session): Promise<boolean> {
  const hosts = await provider.survey(signal)
  return hosts.some(({ state }) => state !== 'missing')
}

/** @throws ProvisionError `provider` when there is none */
export async function requireHosts(session: Session): Promise<void> {
  if (!(await hasHosts(session))) throw nothingYet(session)
}

/**
 * Refuses an environment of which there is nothing, as long as nothing is written for it.
 * @throws ProvisionError `provider` that says so
 */
export async function requireMade(session: Session): Promise<void> {
  if (!(await isMade(session))) throw nothingYet(session)
}

/**
 * A node that runs can be entered only with its key; the provider makes a lost or damaged one anew when it starts nodes. Then
 * it also waits for one that somebody has just started.
 */
const isOpen =
  (kind: Provider['kind']) =>
  ({ state, isYoung, ssh }: ProvidedHost): boolean =>
    state === 'running' && !isYoung && (kind === 'ssh' || hasKeyFiles(ssh))

const startedOf = (before: readonly ProvidedHost[]) => (): string => {
  const stopped = before.filter(({ state }) => state === 'stopped').length
  return stopped === 0 ? 'all up' : `${stopped} started`
}

function notThere(
  session: Session,
  hosts: readonly ProvidedHost[],
  absent: readonly ProvidedHost[],
): ProvisionError {
  if (absent.length === hosts.length) return nothingYet(session)
  const states = absent.map(({ name, state }) => `${name} is ${state}`).join(', ')
  return absence(session, states)
}

const nothingYet = (session: Session): ProvisionError => absence(session, 'nothing runs yet')

const absence = ({ workspace }: Session, what: string): ProvisionError =>
  new ProvisionError('provider', `environment ${workspace.environment}: ${what}`, {
    help: ownCommand('quickstart'),
  })
