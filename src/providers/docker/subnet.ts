import { ProvisionError } from '../../core/error.ts'
import { cidrOf, hostAddresses, overlap, parseCidr, showCidr, type Cidr } from '../../core/cidr.ts'

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
 * The first free subnet, or the wanted one. Where nothing else is free, one in the midst of what a gateway leads to is.
 * @throws ProvisionError `conflict` when the wanted one is not free, or none is
 */
export function chooseSubnet(taken: readonly Taken[], wanted: string | undefined): string {
  const inTheWay = (cidr: Cidr) => taken.find((one) => overlap(one.range, cidr) && !givesWay(one, cidr))
  if (wanted === undefined) {
    const untouched = candidates.find((cidr) => !taken.some(({ range }) => overlap(range, cidr)))
    const free = untouched ?? candidates.find((cidr) => !inTheWay(cidr))
    if (free) return showCidr(free)
    throw new ProvisionError(
      'conflict',
      'no subnet is free for the nodes in 192.168.60.0/18 and 10.60.0.0/16',
      {
        help: 'remove networks that nobody needs: docker network ls',
      },
    )
  }
  const cidr = parseCidr(wanted)
  if (!cidr || cidr.prefix > 29 || cidr.prefix < 8) {
    throw new ProvisionError('usage', `${JSON.stringify(wanted)} is not a subnet for nodes`, {
      help: 'write it like 192.168.60.0/24, with a prefix between 8 and 29',
    })
  }
  const other = inTheWay(cidr)
  if (!other) return showCidr(cidr)
  throw new ProvisionError(
    'conflict',
    `subnet ${wanted} is taken by ${other.by} (${showCidr(other.range)})`,
    {
      help: 'choose another subnet, or none and the next free one is taken',
    },
  )
}

/** Of two routes the narrower one wins: the nodes' own loses nothing to a wider one. */
const givesWay = ({ range, isBehindGateway }: Taken, cidr: Cidr): boolean =>
  isBehindGateway === true && range.prefix < cidr.prefix

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

/** A route with a shorter prefix is one to everywhere: a VPN that takes all splits it in halves, `0.0.0.0/1` and `128.0.0.0/1`. */
const shortestOfOne = 8

/** Reads Linux's /proc/net/route: addresses and masks in hex, bytes in the machine's (little-endian) order. */
export function parseRoutes(table: string): readonly Taken[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, gateway, , , , , mask] = line.split('\t')
      if (destination === undefined || gateway === undefined || mask === undefined) return []
      const range = cidrOf(fromHex(destination), bitsOf(fromHex(mask)))
      if (range.prefix < shortestOfOne) return []
      return [{ range, by: `a route over ${device ?? ''}`, isBehindGateway: fromHex(gateway) !== 0 }]
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
