import { makeKeyPair, type KeyPair } from '../../boxes/ssh-keys.ts'
import { engineFacts } from '../../boxes/engine-facts.ts'
import { requireSpace } from '../../boxes/space.ts'
import type { BakedBox, ProviderWatcher } from '../../core/provider.ts'
import { ensureIdentity, rememberHostKeys } from './access.ts'
import { attachAll } from './attach.ts'
import { providerError, type Context } from './context.ts'
import { reachModeOf, type ReachMode } from './loopback.ts'
import { discardNode, makeNode, refuseForeign, type NewNode } from './make.ts'
import { ensureNetwork } from './network.ts'
import { awaitRunning, startStopped, stopRunning } from './power.ts'
import { assignAddresses } from './subnet.ts'
import { listNodes, type FoundNode } from './survey.ts'

/** A node costs a few megabytes; what then runs in it needs some more, and a full disk breaks engines. */
const spaceForNodes = 200e6

/** Brings all hosts of the topology to run: see `Provider.up`. */
export async function bringUp(
  context: Context,
  box: () => Promise<BakedBox>,
  watch: ProviderWatcher,
): Promise<void> {
  const found = await listNodes(context)
  const halfMade = found.filter(({ state }) => state === 'half-made')
  await Promise.all(halfMade.map((node) => discardNode(context, node.id, node)))
  if (halfMade.length > 0) {
    const names = halfMade.map(({ host }) => host).sort()
    watch.note?.(
      `found what an interrupted run left: half-made ${names.length === 1 ? 'node' : 'nodes'} ${names.join(', ')}; removed`,
    )
  }
  const nodes = found.filter(({ state }) => state !== 'half-made')
  await attachAll(context, nodes, watch)
  const identity = await ensureIdentity(context, nodes)
  const missing = context.hosts.filter((host) => !nodes.some((node) => node.host === host))
  const hostKeys = new Map(missing.map((host) => [host, makeKeyPair(host)]))
  await rememberHostKeys(context, nodes, hostKeys)
  const toMake = missing.length === 0 ? [] : await prepare(context, nodes, hostKeys, identity, box)
  await everyHost([
    ...toMake.map((node) => shown(watch, node.host, 'make', () => makeNode(context, node))),
    ...startAll(context, nodes, watch),
  ])
}

/** Starts the hosts of the topology that are stopped. */
export async function startUp(context: Context, watch: ProviderWatcher): Promise<void> {
  const found = await listNodes(context)
  const nodes = found.filter(({ state }) => state !== 'half-made')
  await attachAll(context, nodes, watch)
  await ensureIdentity(context, nodes)
  await rememberHostKeys(context, nodes, new Map())
  await everyHost(startAll(context, nodes, watch))
}

/** Stops the nodes that run, those included that the topology does not name. */
export async function stopAll(context: Context, watch: ProviderWatcher): Promise<void> {
  const nodes = await listNodes(context)
  const running = nodes.filter(({ state, paused }) => state === 'running' || paused)
  await everyHost(
    running.map(async (node) => {
      watch.host(node.host, 'started', 'stop')
      await stopRunning(context, node)
      watch.host(node.host, 'finished', 'stopped')
    }),
  )
}

function startAll(
  context: Context,
  nodes: readonly FoundNode[],
  watch: ProviderWatcher,
): readonly Promise<void>[] {
  return nodes
    .filter(({ host }) => context.hosts.includes(host))
    .map((node) =>
      node.state === 'stopped'
        ? shown(watch, node.host, 'start', () => startStopped(context, node).then(() => []))
        : // The engine may have started it a moment ago.
          awaitRunning(context, node),
    )
}

/** All that the nodes to be made have in common, got at once. */
async function prepare(
  context: Context,
  nodes: readonly FoundNode[],
  hostKeys: ReadonlyMap<string, KeyPair>,
  identity: KeyPair,
  box: () => Promise<BakedBox>,
): Promise<readonly NewNode[]> {
  const { hosts } = context
  await refuseForeign(context, [...hostKeys.keys()])
  const [baked, mode] = await Promise.all([box(), engineMode(context)])
  // Last, so that nothing is left of a run whose box cannot be had.
  const network = await ensureNetwork(context)
  const has = new Map(nodes.map(({ host, address }) => [host, address]))
  const addresses = assignAddresses(hosts, network.subnet, has)
  return [...hostKeys].map(([host, hostKey]) => ({
    host,
    address: addresses.get(host) ?? '',
    network: network.name,
    box: baked,
    mode,
    identity,
    hostKey,
  }))
}

async function engineMode({ engine, reach, signal }: Context): Promise<ReachMode> {
  const facts = await engineFacts(engine).catch((error: unknown) => {
    throw providerError('the engine does not describe itself', error, signal)
  })
  await requireSpace(facts.root, spaceForNodes, 'nodes cannot be made')
  return reachModeOf(facts.operatingSystem, process.platform, reach)
}

/** Shows work on a host from its start to its end, with what the host has to say. */
async function shown(
  watch: ProviderWatcher,
  host: string,
  what: string,
  work: () => Promise<readonly string[]>,
): Promise<void> {
  watch.host(host, 'started', what)
  watch.host(host, 'finished', (await work()).join('; '))
}

/** Waits for all, so that nothing goes on behind an error; then fails with the first failure. */
async function everyHost(work: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(work)
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}
