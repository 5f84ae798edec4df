import { isIPv6, SocketAddress } from 'node:net'

/** Where a published port answers, as this machine reaches it. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** `http://192.168.60.3:7000`; `tcp://192.168.60.4:5672` for a port that is not named `http…`, `udp://…` for one of UDP. */
  readonly url: string
}

/** The published ports of a container, by name. */
export type Endpoints<P extends string> = { readonly [K in P]: Endpoint }

/** An endpoint from its parts; `name` is that of the port in the playbook. IPv6 addresses are put in brackets. */
export const endpointOf = (
  name: string,
  host: string,
  { port, protocol }: Pick<PublishedPort, 'port' | 'protocol'>,
): Endpoint => ({
  host,
  port,
  url: `${protocol === 'tcp' ? schemeOf(name) : protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`,
})

/** A TCP port whose name begins with `http` or `https` is for browsers; of the others only the address is known. */
const schemeOf = (name: string): string => /^https?/.exec(name)?.[0] ?? 'tcp'

/** Whether only the machine itself reaches an address. */
export const isLoopback = (address: string): boolean =>
  address === 'localhost' || address === '::1' || /^127(?:\.\d+){3}$/.test(address)

/** Whether a port that is bound to it answers at whatever address its host has. */
export const isEverywhere = (address: string): boolean => address === '0.0.0.0' || address === '::'

/** The same text for all spellings of an address of IPv6; one of an interface stays as it is. */
export const canonicalAddress = (address: string): string =>
  isIPv6(address) && !address.includes('%') ? new SocketAddress({ address, family: 'ipv6' }).address : address

/** A port of a container that its host publishes. */
export interface PublishedPort {
  /** On the host. */
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  /** The address of the host that it is bound to; `0.0.0.0` for all, `::` for all of IPv6. */
  readonly address: string
}
