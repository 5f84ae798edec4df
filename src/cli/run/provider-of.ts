import type Dockerode from 'dockerode'
import type { Graph } from '../../core/graph/index.ts'
import type { Provider } from '../../core/provider.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { createDockerProvider } from '../../providers/docker/index.ts'
import { publishedPorts } from '../playbook/of-graph.ts'

/** What makes or knows the hosts of a workspace. */
export async function providerOf(
  workspace: Workspace,
  graph: () => Graph,
  engine: () => Promise<Dockerode>,
  signal: AbortSignal,
): Promise<Provider> {
  const { environment, projectDir, stateDir, playbook, on } = workspace
  if (on !== undefined) {
    const { createSshProvider } = await import('../../providers/ssh/index.ts')
    return createSshProvider({ file: on, hosts: playbook.hosts, signal })
  }
  const ports = (host: string) => publishedPorts(graph(), host)
  return createDockerProvider({ environment, projectDir, stateDir, hosts: playbook.hosts, ports, engine })
}
