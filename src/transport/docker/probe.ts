import type Dockerode from 'dockerode'
import type { Limit } from '../../core/async/limit.ts'
import { once, onceEach } from '../../core/async/once.ts'
import type { Answer, Probe } from '../../core/probe.ts'
import { containerCalled } from './container-called.ts'
import { inspectImage } from './inspect.ts'
import { ownedBy } from './owned.ts'
import { containerName, containerState, imageState, networkState, volumeState } from './state.ts'

/** The probes that Docker answers. */
export type DockerProbe = Extract<
  Probe,
  { readonly ask: 'container' | 'image' | 'network' | 'volume' | 'owned' }
>

export const isDockerProbe = (probe: Probe): probe is DockerProbe =>
  ['container', 'image', 'network', 'volume', 'owned'].includes(probe.ask)

/**
 * Answers probes in their order, each thing asked for once. All calls start at once, lists and inspects: over a long way one
 * after the other takes twice as long, and things that a playbook lists are usually there.
 */
export async function answerAll(
  docker: Dockerode,
  probes: readonly DockerProbe[],
  limit: Limit,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const abort = { abortSignal: signal }
  const containers = once(() => limit(() => docker.listContainers({ all: true, ...abort })))
  const networks = once(() => limit(() => docker.listNetworks(abort)))
  const volumes = once(async () => (await limit(() => docker.listVolumes(abort))).Volumes)
  const isListed = async (name: string) =>
    (await containers()).some((container) => containerName(container) === name)
  const container = onceEach(async (name: string) => {
    const inspection = await limit(() => containerCalled(docker, name, signal))
    return inspection && containerState(inspection)
  })
  const image = onceEach(async (ref: string) => {
    const inspection = await limit(() => inspectImage(docker, ref, signal))
    return inspection && imageState(inspection)
  })

  const answer = async (probe: DockerProbe): Promise<Answer> => {
    switch (probe.ask) {
      case 'container':
        if (probe.usually === 'absent' && !(await isListed(probe.name))) return undefined
        return container(probe.name)
      case 'image':
        return image(probe.ref)
      case 'network': {
        const network = (await networks()).find(({ Name }) => Name === probe.name)
        return network && networkState(network)
      }
      case 'volume': {
        const volume = (await volumes()).find(({ Name }) => Name === probe.name)
        return volume && volumeState(volume)
      }
      case 'owned':
        return ownedBy(docker, probe, await Promise.all([containers(), networks(), volumes()]), signal)
    }
  }
  return Promise.all(probes.map(answer))
}

/** How many calls that takes: each can have a socket of its own, so that none waits for another. */
export function callsFor(probes: readonly DockerProbe[]): number {
  const calls = probes.flatMap((probe) => {
    switch (probe.ask) {
      case 'owned':
        return lists
      case 'network':
      case 'volume':
        return [probe.ask]
      case 'image':
        return [`image ${probe.ref}`]
      case 'container':
        return probe.usually === 'absent' ? ['container'] : [`container ${probe.name}`]
    }
  })
  return new Set(calls).size
}

const lists = ['container', 'network', 'volume']
