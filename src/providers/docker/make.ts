import type { NodeSpec, LoopbackPort } from '../../boxes/node-body.ts'
import { nodeBody } from '../../boxes/node-body.ts'
import { awaitNode } from '../../boxes/node-ready.ts'
import { notesIn, removeNode, removeVolume, startNode } from '../../boxes/node.ts'
import type { KeyPair } from '../../boxes/ssh-keys.ts'
import { ProvisionError } from '../../core/error.ts'
import { label } from '../../core/label.ts'
import { refuseNewer } from '../../core/owned.ts'
import type { BakedBox } from '../../core/provider.ts'
import { found } from '../../transport/docker/error.ts'
import { lastLines } from '../../transport/docker/logs.ts'
import { providerError, sshOf, type Context } from './context.ts'
import { pickLoopbackPorts, takenPorts, type ReachMode } from './loopback.ts'
import type { Names } from './names.ts'
import { portsLabel, userLabel, volumeLabel, type FoundNode, type VolumeAge } from './survey.ts'

/** Lines that hold all of a node's first start: sshd writes one whenever Docker is asked for too early, every 15 ms. */
const logOfStart = 10_000

/** All that a node gets which is its own. */
export interface NewNode {
  readonly host: string
  readonly address: string
  readonly network: string
  readonly box: BakedBox
  readonly mode: ReachMode
  /** Who may log in. */
  readonly identity: KeyPair
  readonly hostKey: KeyPair
}

/**
 * Makes a node and waits until it is a host. It gets its name only then, and nothing is left of one that does not get
 * there, except for a volume that was there before. Resolves to what the node says to people, if anything.
 */
export async function makeNode(context: Context, node: NewNode): Promise<readonly string[]> {
  const { engine, names, signal } = context
  try {
    // What stands here in the way is not ours to be removed.
    const volume = await ensureVolume(context, node.host)
    await makeOver(context, node, volume)
  } catch (error) {
    throw providerError(`${node.host}: the node cannot be made`, error, signal)
  }
  return notesIn(await lastLines(engine, names.node(node.host), logOfStart))
}

async function makeOver(context: Context, node: NewNode, volume: VolumeAge): Promise<void> {
  const { engine, names, readyLimit: limit, signal } = context
  const making = names.making(node.host)
  try {
    const loopback = await startOnFreePorts(context, node, volume, 3)
    const ports = node.mode === 'loopback' ? portMap(loopback) : undefined
    const target = sshOf(context, { ...node, user: node.box.user, ports })
    await awaitNode({ engine, container: making, target, limit }, signal)
    await engine.getContainer(making).rename({ name: names.node(node.host) })
  } catch (error) {
    await discardNode(context, making, { host: node.host, volume }).catch(() => undefined)
    throw error
  }
}

/** Removes a node that never became a host, with its volume where that was made for it alone. */
export async function discardNode(
  { engine, names }: Context,
  container: string,
  { host, volume }: Pick<FoundNode, 'host' | 'volume'>,
): Promise<void> {
  await removeNode(engine, container)
  if (volume === 'new') await removeVolume(engine, names.volume(host))
}

/** Another program can take a port between its choice and the start: then others are chosen. */
async function startOnFreePorts(
  context: Context,
  node: NewNode,
  volume: VolumeAge,
  attempts: number,
): Promise<readonly LoopbackPort[]> {
  const { engine, names, ports } = context
  const wanted = node.mode === 'loopback' ? [...new Set([22, ...ports(node.host)])] : []
  const loopback = await pickLoopbackPorts(wanted)
  const making = names.making(node.host)
  try {
    await startNode(engine, making, nodeBody(specOf(context, node, volume, loopback)), node.hostKey)
    return loopback
  } catch (error) {
    if (attempts <= 1 || (await takenPorts(loopback)).length === 0) throw error
    await removeNode(engine, making)
    return startOnFreePorts(context, node, volume, attempts - 1)
  }
}

/** The description of a node's container. */
function specOf(
  { names }: Context,
  node: NewNode,
  volume: VolumeAge,
  loopback: readonly LoopbackPort[],
): NodeSpec {
  return {
    image: node.box.image,
    hostname: node.host,
    labels: {
      ...names.labels,
      [label.host]: node.host,
      [label.address]: node.address,
      [label.box]: node.box.digest,
      [userLabel]: node.box.user,
      ...(volume === 'new' ? { [volumeLabel]: volume } : {}),
      ...(node.mode === 'loopback'
        ? { [portsLabel]: JSON.stringify(Object.fromEntries(portMap(loopback))) }
        : {}),
    },
    authorizedKey: node.identity.publicKey.trim(),
    volume: names.volume(node.host),
    store: node.box.store,
    network: { name: node.network, address: node.address },
    loopback,
    restart: 'unless-stopped',
  }
}

const portMap = (loopback: readonly LoopbackPort[]): ReadonlyMap<number, number> =>
  new Map(loopback.map(({ container, local }) => [container, local]))

/** Makes a node's volume, or finds that of a former one. Docker would be content with anybody's. */
async function ensureVolume({ engine, names }: Context, host: string): Promise<VolumeAge> {
  const Name = names.volume(host)
  const volume = engine.getVolume(Name)
  const former = await found(volume.inspect())
  if (!former) await engine.createVolume({ Name, Labels: { ...names.labels, [label.host]: host } })
  // Also one that was just made: somebody may have been faster.
  const { Labels } = former ?? (await volume.inspect())
  refuseOthers(Name, host, Labels, names)
  return former ? 'former' : 'new'
}

/** `labels` is null where a volume was made without any. */
function refuseOthers(
  name: string,
  host: string,
  labels: Readonly<Record<string, string>> | null,
  { id }: Names,
): void {
  if (labels?.[label.node] !== id) throw foreign(`volume ${name}`, host, `docker volume rm ${name}`)
  refuseNewer([{ title: `${host}: volume ${name}`, version: labels[label.version] }])
}

/**
 * Refuses to go on when containers that are not ours have the names that nodes are to get.
 * @throws ProvisionError `conflict`
 */
export async function refuseForeign({ engine, names }: Context, hosts: readonly string[]): Promise<void> {
  const wanted = new Map(
    hosts.flatMap((host) => [
      [`/${names.node(host)}`, host],
      [`/${names.making(host)}`, host],
    ]),
  )
  const filters = { name: [`^/${names.id}-`] }
  for (const { Names, Labels } of await engine.listContainers({ all: true, filters })) {
    const name = Names.find((candidate) => wanted.has(candidate))
    if (name === undefined || Labels[label.node] === names.id) continue
    throw foreign(`container ${name.slice(1)}`, wanted.get(name) ?? '', `docker rm ${name.slice(1)}`)
  }
}

const foreign = (what: string, host: string, cure: string): ProvisionError =>
  new ProvisionError('conflict', `${host}: ${what} is there already and is not ours`, {
    help: `rename or remove it: ${cure}`,
  })
