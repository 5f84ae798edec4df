import type Dockerode from 'dockerode'
import type { Scope } from '../../core/facts.ts'
import { label } from '../../core/label.ts'
import { ownName } from '../../core/making.ts'
import type { OwnedObject } from '../../core/probe.ts'
import { inspectImage } from './inspect.ts'
import { containerName, labelsOf, ownedOf } from './state.ts'

/** All that an engine lists. */
export type Lists = readonly [
  containers: readonly Dockerode.ContainerInfo[],
  networks: readonly Dockerode.NetworkInspectInfo[],
  volumes: readonly Dockerode.VolumeInspectInfo[],
]

/** What of all that is of a playbook in an environment. */
export async function ownedBy(
  docker: Dockerode,
  scope: Scope,
  [containers, networks, volumes]: Lists,
  signal: AbortSignal,
): Promise<readonly OwnedObject[]> {
  const now = Date.now() / 1_000
  const labelled = containers.map((item) => ({
    ...{ name: containerName(item), id: item.Id, image: item.ImageID },
    labels: labelsOf(item, scope, now),
  }))
  const imageOf = new Map(labelled.map(({ id, image }) => [id, image]))
  const owned = await Promise.all(
    ownedOf('container', scope, labelled).map(async (one) =>
      (await isCopy(docker, one, imageOf.get(one.id), signal)) ? [] : [one],
    ),
  )
  return [
    ...owned.flat(),
    ...ownedOf(
      'network',
      scope,
      networks.map(({ Name, Id, Labels }) => ({ name: Name, id: Id, labels: Labels })),
    ),
    ...ownedOf(
      'volume',
      scope,
      volumes.map(({ Name, Labels }) => ({ name: Name, id: Name, labels: Labels })),
    ),
  ]
}

/**
 * Whether a container has its labels from its image: `docker commit` gives those of a container to the image that it makes, and
 * that to whatever is started from it. Only one of another name than ours has costs a question.
 */
async function isCopy(
  docker: Dockerode,
  { name, resource }: OwnedObject,
  image: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (image === undefined || resource.endsWith(`/${ownName(name)}`)) return false
  const inspection = await inspectImage(docker, image, signal)
  const labels: Readonly<Record<string, string>> = inspection?.Config.Labels ?? {}
  return labels[label.resource] === resource
}
