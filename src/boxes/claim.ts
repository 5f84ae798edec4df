import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import type { ContainerCreateOptions } from 'dockerode'
import { ProvisionError } from '../core/error.ts'
import { label } from '../core/label.ts'
import { isNewer } from '../core/owned.ts'
import type { Emit } from '../core/event.ts'
import { dockerStatus, found, unless } from '../transport/docker/error.ts'
import { findBox, storeOwners, type StoredBox } from './find.ts'
import { boxLabel } from './labels.ts'
import { isAtWork, publisherOf, publisherPrefix, transferRef, transferRepositories } from './names.ts'
import { removeNode, removeVolume } from './node.ts'

/** What a claim is about. */
export interface Claim {
  readonly engine: Dockerode
  readonly name: string
  readonly digest: string
  /** Name of the bake node's container: who can create it bakes. */
  readonly container: string
  readonly signal: AbortSignal
  /** Called once when somebody else bakes the same box. */
  readonly onWait: (baker: string) => void
}

/** Who may bake: we, in a container of this id; or somebody else has done it already. */
export type Claimed = { readonly node: string } | { readonly baked: StoredBox }

/** Makes the container of a bake node, or waits for whoever has made it already. */
export async function claimBake(claim: Claim, body: ContainerCreateOptions): Promise<Claimed> {
  const { engine, name, digest, container, signal, onWait } = claim
  let told = false
  for (;;) {
    signal.throwIfAborted()
    const node = await create(engine, container, body)
    // Looked for only now: a box is known before its bake node goes, so whoever finds none has the claim.
    const baked = await findBox(engine, name, digest, signal)
    if (baked && node !== undefined) await removeNode(engine, node)
    if (baked) return { baked }
    if (node !== undefined) return { node }
    const other = await found(engine.getContainer(container).inspect())
    const baker = other?.Config.Labels[boxLabel.baker]
    if (other && baker === undefined) throw foreign(container)
    if (other && !isAtWork(baker, Date.parse(other.Created), Date.now())) await removeNode(engine, other.Id)
    else if (other && !told) onWait(baker ?? '')
    told = told || other !== undefined
    await sleep(100, undefined, { signal })
  }
}

/** The id of the container; undefined when one has that name already. */
async function create(
  engine: Dockerode,
  name: string,
  body: ContainerCreateOptions,
): Promise<string | undefined> {
  try {
    return (await engine.createContainer({ ...body, name })).id
  } catch (error) {
    if (dockerStatus(error) === 409) return undefined
    throw error
  }
}

const foreign = (container: string): ProvisionError =>
  new ProvisionError('conflict', `container ${container} is there already and is not ours`, {
    help: `rename or remove it: docker rm ${container}`,
  })

/** Removes what is left over (see `removeLeftovers`), and says so. */
export async function clearLeftovers(engine: Dockerode, signal: AbortSignal, emit: Emit): Promise<void> {
  const left = await removeLeftovers(engine, signal)
  if (left.length === 0) return
  const text = `found what an interrupted bake left: ${left.join(', ')}; removed`
  emit({ event: 'note', level: 'warning', text })
}

/**
 * Removes what bakes and imports left behind that were killed: nodes, stores that no box has, names of images on the way.
 * What a newer tool has made stays.
 */
export async function removeLeftovers(engine: Dockerode, signal: AbortSignal): Promise<readonly string[]> {
  const byBaker = { label: [boxLabel.baker] }
  const [labelled, publishers] = await Promise.all(
    [byBaker, { name: [`^/?${publisherPrefix}`] }].map((filters) =>
      engine.listContainers({ all: true, filters, abortSignal: signal }),
    ),
  )
  const dead = [
    ...(labelled ?? []).filter(({ Labels, Created }) => isOver(Labels, Created * 1000)),
    ...(publishers ?? []).filter(
      ({ Names, Created }) => !isAtWork(publisherOf(Names[0] ?? ''), Created * 1000, Date.now()),
    ),
  ]
  await Promise.all(dead.map(({ Id }) => removeNode(engine, Id)))

  const [{ Volumes }, { stores, newer }, transfers] = await Promise.all([
    engine.listVolumes({ filters: byBaker, abortSignal: signal }),
    storeOwners(engine, signal),
    engine.listImages({ filters: { reference: [transferRepositories] }, abortSignal: signal }),
  ])
  const over = Volumes.filter((volume) =>
    isOver(volume.Labels, 'CreatedAt' in volume ? Date.parse(String(volume.CreatedAt)) : 0),
  )
  const lost = over.filter(({ Name, Labels }) => !stores.has(Name) && !newer.has(Labels[boxLabel.name] ?? ''))
  // An import has its store before it names its image.
  const used = Volumes.filter((volume) => !over.includes(volume)).map(({ Labels }) =>
    transferRef(Labels[boxLabel.name] ?? '', Labels[label.box] ?? ''),
  )
  const unused = transfers.flatMap(({ RepoTags }) => RepoTags ?? []).filter((ref) => !used.includes(ref))
  await Promise.all(unused.map((ref) => unless([404, 409], engine.getImage(ref).remove())))
  // One that is in use (409) belongs to nodes of a box whose image somebody took away: it goes when they have gone.
  await Promise.all(lost.map(({ Name }) => unless([409], removeVolume(engine, Name))))
  return [
    ...dead.map(({ Names }) => `container ${(Names[0] ?? '').replace(/^\//, '')}`),
    ...lost.map(({ Name }) => `volume ${Name}`),
    ...unused.map((ref) => `image ${ref}`),
  ]
}

/** Of what a newer tool does only that knows. */
const isOver = (labels: Readonly<Record<string, string>>, begunMs: number): boolean =>
  !isNewer(labels[label.version]) && !isAtWork(labels[boxLabel.baker], begunMs, Date.now())
