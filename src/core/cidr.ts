/** A range of IPv4 addresses: `192.168.60.0/24`. */
export interface Cidr {
  /** The first address, as a number. */
  readonly base: number
  /** Length of the prefix, 0 to 32. */
  readonly prefix: number
}

/** An IPv4 address as a number; undefined for anything else. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) {
    return undefined
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

const showAddress = (address: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')

const size = (prefix: number): number => 2 ** (32 - prefix)

/** A range, widened to begin where ranges of its size can; undefined for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text)
  const address = parseAddress(match?.[1] ?? '')
  const prefix = Number(match?.[2])
  return address === undefined || prefix > 32 ? undefined : cidrOf(address, prefix)
}

/** The range with this length of prefix that holds an address. */
export const cidrOf = (address: number, prefix: number): Cidr => ({
  base: Math.floor(address / size(prefix)) * size(prefix),
  prefix,
})

export const showCidr = ({ base, prefix }: Cidr): string => `${showAddress(base)}/${prefix}`

export const overlap = (a: Cidr, b: Cidr): boolean =>
  a.base < b.base + size(b.prefix) && b.base < a.base + size(a.prefix)

/** The addresses for hosts: all but the first (the network), the second (its gateway) and the last (broadcast). */
export function* hostAddresses({ base, prefix }: Cidr): Generator<string> {
  for (let i = 2; i < size(prefix) - 1; i++) yield showAddress(base + i)
}
