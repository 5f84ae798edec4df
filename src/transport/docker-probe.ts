import type Dockerode from 'dockerode'
import type { Answer, OwnedObject, Probe } from '../core/probe.ts'
import { found } from './docker-error.ts'
import type { Limit } from './docker-limit.ts'
import {
  containerName,
  containerState,
  imageState,
  networkState,
  ownedOf,
  volumeState,
} from './docker-state.ts'

/** The probes that Docker answers. */
export type DockerProbe = Extract<
  Probe,
  { readonly ask: 'container' | 'image' | 'network' | 'volume' | 'owned' }
>

export const isDockerProbe = (probe: Probe): probe is DockerProbe =>
  ['container', 'image', 'network', 'volume', 'owned'].includes(probe.ask)

/**
 * Answers probes in their order with the fewest calls: one list a kind, made only when asked for, and then an inspect of
 * each thing that is there. One container or image alone is inspected at once.
 */
export async function answerAll(
  docker: Dockerode,
  probes: readonly DockerProbe[],
  limit: Limit,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const asked = (kind: DockerProbe['ask']) => probes.filter(({ ask }) => ask === kind).length
  const abort = { abortSignal: signal }
  const containers = once(() => limit(() => docker.listContainers({ all: true, ...abort })))
  const networks = once(() => limit(() => docker.listNetworks(abort)))
  const volumes = once(async () => (await limit(() => docker.listVolumes(abort))).Volumes)
  const tags = once(async () => {
    const images = await limit(() => docker.listImages(abort))
    return new Set(images.flatMap(({ RepoTags }) => RepoTags ?? []))
  })
  const listed = asked('container') > 1 || asked('owned') > 0

  const answer = async (probe: DockerProbe): Promise<Answer> => {
    switch (probe.ask) {
      case 'container': {
        const absent = listed && !(await containers()).some((item) => containerName(item) === probe.name)
        if (absent) return undefined
        const inspection = await limit(() => found(docker.getContainer(probe.name).inspect(abort)))
        return inspection && containerState(inspection)
      }
      case 'image': {
        // Only a full reference can be told absent by its tag.
        const absent = asked('image') > 1 && isTag(probe.ref) && !(await tags()).has(probe.ref)
        if (absent) return undefined
        const inspection = await limit(() => found(docker.getImage(probe.ref).inspect()))
        return inspection && imageState(inspection)
      }
      case 'network': {
        const network = (await networks()).find(({ Name }) => Name === probe.name)
        return network && networkState(network)
      }
      case 'volume': {
        const volume = (await volumes()).find(({ Name }) => Name === probe.name)
        return volume && volumeState(volume)
      }
      case 'owned':
        return ownedBy(probe.environment, await Promise.all([containers(), networks(), volumes()]))
    }
  }
  return Promise.all(probes.map(answer))
}

type Lists = [
  readonly Dockerode.ContainerInfo[],
  readonly Dockerode.NetworkInspectInfo[],
  readonly Dockerode.VolumeInspectInfo[],
]

const ownedBy = (environment: string, [containers, networks, volumes]: Lists): readonly OwnedObject[] => [
  ...ownedOf(
    'container',
    environment,
    containers.map((item) => ({ name: containerName(item), id: item.Id, labels: item.Labels })),
  ),
  ...ownedOf(
    'network',
    environment,
    networks.map(({ Name, Id, Labels }) => ({ name: Name, id: Id, labels: Labels })),
  ),
  ...ownedOf(
    'volume',
    environment,
    volumes.map(({ Name, Labels }) => ({ name: Name, id: Name, labels: Labels })),
  ),
]

/** `repo:tag` as Docker lists it, not an id, a digest or a name that Docker would still complete. */
const isTag = (ref: string): boolean => /^[^@]+:[^/@:]+$/.test(ref) && !ref.startsWith('sha256:')

/** A value that is asked for when first needed, and never twice. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => (asked ??= ask())
}
