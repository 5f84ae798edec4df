import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import type { NetworkInspectInfo } from 'dockerode'
import { ProvisionError } from '../../core/error.ts'
import { label } from '../../core/label.ts'
import { refuseNewer } from '../../core/owned.ts'
import { dockerStatus } from '../../transport/docker/error.ts'
import { providerError, type Context } from './context.ts'
import type { Names } from './names.ts'
import { chooseSubnet, parseRoutes, rangeOf, uplinkOf, type Taken } from './subnet.ts'
import { ownCommand } from '../../core/text/own-command.ts'

export interface NodeNetwork {
  readonly name: string
  readonly subnet: string
}

/** What the choice of a network depends on. */
interface Surroundings {
  readonly networks: readonly NetworkInspectInfo[]
  readonly taken: readonly Taken[]
  /** Bytes; undefined for Docker's own default. */
  readonly mtu: number | undefined
}

/** The environment's network, or the subnet that it would get. Changes nothing. */
export async function findNetwork(context: Context): Promise<NodeNetwork & { readonly exists: boolean }> {
  const { names, subnet: wanted } = context
  const around = await look(context)
  const own = ownNetwork(around.networks, names)
  if (own) return { name: names.network, subnet: own, exists: true }
  return { name: names.network, subnet: chooseSubnet(around.taken, wanted), exists: false }
}

/** Makes the environment's network, or finds it. */
export async function ensureNetwork(context: Context): Promise<NodeNetwork> {
  const { engine, names, signal, subnet: wanted } = context
  const lost: Taken[] = []
  for (;;) {
    const around = await look(context)
    const own = ownNetwork(around.networks, names)
    if (own) return { name: names.network, subnet: own }
    const subnet = chooseSubnet([...around.taken, ...lost], wanted)
    try {
      await engine.createNetwork(networkBody(names, subnet, around.mtu))
      return { name: names.network, subnet }
    } catch (error) {
      const range = rangeOf(subnet)
      // Docker knows of a clash that we do not see, or another environment took it just now: the next one, then.
      const isTaken = dockerStatus(error) === 403
      if (!isTaken || !range || wanted !== undefined || lost.length >= 8) {
        throw providerError(
          `network ${names.network} (${subnet}) cannot be made`,
          error,
          signal,
          isTaken ? takenHelp : {},
        )
      }
      lost.push({ range, by: 'another network' })
    }
  }
}

const takenHelp = {
  help: `\`docker network ls\` and \`ip route\` show who has these addresses; free them, or make the nodes anew: ${ownCommand('destroy')}, ${ownCommand('quickstart')}`,
}

const networkBody = (names: Names, subnet: string, mtu: number | undefined) => ({
  Name: names.network,
  CheckDuplicate: true,
  Driver: 'bridge',
  IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
  Labels: { ...names.labels },
  Options: mtu === undefined ? {} : { 'com.docker.network.driver.mtu': String(mtu) },
})

/** The subnet of the environment's network; undefined when it is not there. */
function ownNetwork(networks: readonly NetworkInspectInfo[], names: Names): string | undefined {
  const found = networks.find(({ Name }) => Name === names.network)
  if (!found) return undefined
  const subnet = found.IPAM?.Config?.[0]?.Subnet
  if (found.Labels?.[label.node] === names.id && subnet !== undefined) {
    refuseNewer([{ title: `network ${names.network}`, version: found.Labels[label.version] }])
    return subnet
  }
  throw new ProvisionError('conflict', `network ${names.network} is there already and is not ours`, {
    help: `rename or remove it: docker network rm ${names.network}`,
  })
}

async function look(context: Context): Promise<Surroundings> {
  const [networks, routes] = await Promise.all([listNetworks(context), readOptional('/proc/net/route')])
  const interfaces = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ cidr }) => takenBy(rangeOf(cidr), `interface ${name}`)),
  )
  const ofNetworks = networks.flatMap(({ Name, IPAM }) =>
    (IPAM?.Config ?? []).flatMap(({ Subnet }) => takenBy(rangeOf(Subnet), `network ${Name}`)),
  )
  const uplink = uplinkOf(routes)
  return {
    networks,
    taken: [...ofNetworks, ...interfaces, ...parseRoutes(routes)],
    mtu: smallest([mtuOfBridge(networks), uplink === undefined ? undefined : await mtuOfDevice(uplink)]),
  }
}

const takenBy = (range: Taken['range'] | undefined, by: string): Taken[] =>
  range === undefined ? [] : [{ range, by }]

async function listNetworks({ engine, signal }: Context): Promise<NetworkInspectInfo[]> {
  try {
    return await engine.listNetworks()
  } catch (error) {
    throw providerError('the networks cannot be listed', error, signal)
  }
}

/** Packets that fit into the nodes' network must fit into what carries them on; 1500 is Docker's default. */
function smallest(sizes: readonly (number | undefined)[]): number | undefined {
  const known = sizes.filter((size) => size !== undefined)
  const least = Math.min(1500, ...known)
  return least === 1500 ? undefined : least
}

function mtuOfBridge(networks: readonly NetworkInspectInfo[]): number | undefined {
  const bridge = networks.find(({ Name }) => Name === 'bridge')
  const mtu = Number(bridge?.Options?.['com.docker.network.driver.mtu'])
  return mtu > 0 ? mtu : undefined
}

async function mtuOfDevice(device: string): Promise<number | undefined> {
  const mtu = Number(await readOptional(`/sys/class/net/${device}/mtu`))
  return mtu > 0 ? mtu : undefined
}

/** The text of a file that only Linux has. */
const readOptional = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
