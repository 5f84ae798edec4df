import { isProvisionError, reasonOf } from '../core/error.ts'
import type { HostPort } from '../core/host.ts'
import type { ContainerState } from '../core/probe.ts'
import type { ProvidedHost, StrayHost } from '../core/provider.ts'
import type { ContainerStatus, HostStatus, Status } from '../core/status.ts'
import { ask } from './ask.ts'
import { connectInTurn } from './connect-in-turn.ts'
import { endpointsOf } from './endpoints.ts'
import type { Session } from './session.ts'
import { tellStrays } from './strays.ts'
import { scopeOf } from './workspace.ts'

/** Asks every host that runs, at the same time; one that does not answer is told as such and holds up no other. */
export async function statusOf(session: Session): Promise<Status> {
  const { workspace, graph, provider, signal } = session
  const provided = await provider.survey(signal)
  const asking = { ...session, connect: connectInTurn(session.connect) }
  const strays = tellStrays(session)
  const asked = await Promise.all(provided.map((host) => statusOfHost(asking, host)))
  return {
    ...scopeOf(workspace),
    hosts: [...asked.map(({ host }) => host), ...strays.map(strayStatus)],
    containers: asked.flatMap(({ containers }) => containers),
    endpoints: endpointsOf(graph, provider, provided.filter(isRunning)),
  }
}

const strayStatus = (host: StrayHost): HostStatus => ({
  ...hostStatus(host),
  reason: 'not in the playbook any more',
})

function hostStatus({ name, state, address, ssh }: Omit<StrayHost, 'removal'>): HostStatus {
  const { user, port, identityFile, knownHosts } = ssh
  return { name, state, address, ssh: { host: ssh.address, port, user, identityFile, knownHosts } }
}

/** Where nothing runs, nothing answers. */
const isRunning = ({ state }: ProvidedHost): boolean => state === 'running'

interface Asked {
  readonly host: HostStatus
  readonly containers: readonly ContainerStatus[]
}

async function statusOfHost(session: Session, provided: ProvidedHost): Promise<Asked> {
  const host = hostStatus(provided)
  if (!isRunning(provided)) return { host, containers: [] }
  try {
    const port = await session.connect(provided.ssh, session.signal)
    try {
      return { host, containers: await containersOf(session, port) }
    } finally {
      await port.close()
    }
  } catch (error) {
    // Who stops the question has heard nothing of the host.
    session.signal.throwIfAborted()
    const reason = isProvisionError(error) ? error.message : reasonOf(error)
    return { host: { ...host, state: 'unreachable', reason }, containers: [] }
  }
}

/** All containers that we made on a host, and those that the playbook lists but are not there. */
async function containersOf(session: Session, host: HostPort): Promise<ContainerStatus[]> {
  const { workspace, graph, signal } = session
  const listed = graph.resources
    .filter(({ resource }) => resource.kind === 'container' && resource.host === host.name)
    .map(({ resource }) => resource.name)
  const [owned, ...states] = await ask(
    host,
    [{ ask: 'owned', ...scopeOf(workspace) }, ...listed.map(containerProbe)],
    signal,
  )
  const more = owned.flatMap(({ type, name }) =>
    type === 'container' && !listed.includes(name) ? [name] : [],
  )
  const others = more.length > 0 ? await ask(host, more.map(containerProbe), signal) : []
  const all = [...states, ...others]
  return [...listed, ...more].map((name, i) => containerStatus(name, host.name, all[i]))
}

const containerProbe = (name: string) => ({ ask: 'container', name }) as const

function containerStatus(name: string, host: string, state: ContainerState | undefined): ContainerStatus {
  if (!state) {
    return { name, host, image: '', state: 'missing', health: undefined, ports: [], startedAt: undefined }
  }
  return {
    name,
    host,
    image: state.image,
    state: state.status,
    health: state.health,
    ports: state.ports.map((port) => `${port.host} → ${port.container}`),
    startedAt: state.running ? state.startedAt : undefined,
  }
}
