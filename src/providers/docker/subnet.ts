import { ProvisionError } from '../../core/error.ts'
import { cidrOf, hostAddresses, overlap, parseCidr, showCidr, type Cidr } from './cidr.ts'

/** The subnets to choose from, best first: 192.168.60.0/24 to 192.168.254.0/24, then those of 10.60.0.0/16. */
const candidates: readonly Cidr[] = [
  ...Array.from({ length: 195 }, (_, i) => `192.168.${60 + i}.0/24`),
  ...Array.from({ length: 256 }, (_, i) => `10.60.${i}.0/24`),
].flatMap((text) => parseCidr(text) ?? [])

/** A range that something else uses, and what that is. */
export interface Taken {
  readonly range: Cidr
  /** `network bridge`, `interface eth0`, `a route over eth0`. */
  readonly by: string
  /** Whether a gateway leads there: then it is as wide as whoever pushed the route likes, often far wider than what is used. */
  readonly isBehindGateway?: boolean
}

/**
 * The first free subnet, or the wanted one. Where all is taken, one in the midst of what gateways lead to is free as well.
 * @throws ProvisionError `conflict` when the wanted one is not free, or none is
 */
export function chooseSubnet(taken: readonly Taken[], wanted: string | undefined): string {
  const among = wanted === undefined ? candidates : [readWanted(wanted)]
  const overlaps = (cidr: Cidr) => taken.find(({ range }) => overlap(range, cidr))
  const hinders = (cidr: Cidr) => taken.find((one) => overlap(one.range, cidr) && !givesWay(one, cidr))
  const free = among.find((cidr) => !overlaps(cidr)) ?? among.find((cidr) => !hinders(cidr))
  if (free) return showCidr(free)
  const [only] = among
  const other = wanted !== undefined && only ? hinders(only) : undefined
  if (!other) {
    throw new ProvisionError(
      'conflict',
      'no subnet is free for the nodes in 192.168.60.0/18 and 10.60.0.0/16',
      {
        help: 'remove networks that nobody needs: docker network ls',
      },
    )
  }
  throw new ProvisionError(
    'conflict',
    `subnet ${wanted} is taken by ${other.by} (${showCidr(other.range)})`,
    {
      help: 'choose another subnet, or none and the next free one is taken',
    },
  )
}

/** @throws ProvisionError `usage` for what is no subnet that nodes could have */
function readWanted(wanted: string): Cidr {
  const cidr = parseCidr(wanted)
  if (cidr && cidr.prefix <= 29 && cidr.prefix >= shortest) return cidr
  throw new ProvisionError('usage', `${JSON.stringify(wanted)} is not a subnet for nodes`, {
    help: 'write it like 192.168.60.0/24, with a prefix between 8 and 29',
  })
}

/** The prefix of the widest range that anybody uses: what is wider is every address, or half of them. */
const shortest = 8

/** Whether a range is so much wider than a subnet that hardly anybody answers just there. */
const givesWay = ({ range, isBehindGateway }: Taken, { prefix }: Cidr): boolean =>
  isBehindGateway === true && range.prefix < prefix

/**
 * An address for each host: the one it has, else the lowest that nobody has, in the topology's order.
 * @throws ProvisionError `playbook` when there are more hosts than addresses
 */
export function assignAddresses(
  hosts: readonly string[],
  subnet: string,
  has: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const used = new Set(has.values())
  const cidr = parseCidr(subnet)
  const free = cidr ? hostAddresses(cidr) : [].values()
  const next = (): string => {
    for (let one = free.next(); !one.done; one = free.next()) if (!used.has(one.value)) return one.value
    throw new ProvisionError('playbook', `${hosts.length} hosts do not fit into subnet ${subnet}`, {
      help: 'use a subnet with a shorter prefix',
    })
  }
  return new Map(hosts.map((host) => [host, has.get(host) ?? next()]))
}

/** Reads Linux's /proc/net/route: destinations and masks in hex, bytes in the machine's (little-endian) order. */
export function parseRoutes(table: string): readonly Taken[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, gateway, , , , , mask] = line.split('\t')
      if (destination === undefined || mask === undefined) return []
      const prefix = bitsOf(fromHex(mask))
      // A VPN that takes all has two routes, of half of all addresses each, in the place of a default route.
      if (prefix < shortest) return []
      const isBehindGateway = gateway !== '00000000'
      const range = cidrOf(fromHex(destination), prefix)
      return [{ range, by: `a route over ${device ?? ''}`, isBehindGateway }]
    })
}

/** The device of the default route, in the same table. */
export const uplinkOf = (table: string): string | undefined =>
  table
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([, destination]) => destination === '00000000')?.[0]

const fromHex = (text: string): number =>
  Buffer.from(text, 'hex').reduceRight((sum, byte) => sum * 256 + byte, 0)

const bitsOf = (mask: number): number => mask.toString(2).replaceAll('0', '').length

/** The range of an address with its mask written as Node.js does: `172.17.0.1/16`. */
export function rangeOf(cidr: string | null | undefined): Cidr | undefined {
  return cidr === null || cidr === undefined ? undefined : parseCidr(cidr)
}
