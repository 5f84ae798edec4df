import { overlap, parseCidr, type Cidr } from '../cidr.ts'
import type { OwnedObject } from '../probe.ts'
import { isEverywhere, type PublishedPort } from '../endpoint.ts'

/** What a resource alone may have on its host: `port 80/tcp`, `port 80/tcp on 127.0.0.1`. */
export const portClaim = ({ port, protocol, address }: PublishedPort): string =>
  isEverywhere(address) ? `port ${port}/${protocol}` : `port ${port}/${protocol} on ${address}`

/** The claim of a port that a container has on its host, as that says it: `80/tcp`, `127.0.0.1:80/tcp`. */
export function heldPortClaim(shown: string): string {
  const at = shown.lastIndexOf(':')
  const isOnAll = at < 0 || isEverywhere(shown.slice(0, at))
  return isOnAll ? `port ${shown.slice(at + 1)}` : `port ${shown.slice(at + 1)} on ${shown.slice(0, at)}`
}

/** That it has a path on its host. */
export const pathClaim = (path: string): string => `path ${path}`

/** That there is a file at its path whatever is built. */
export const fileClaim = (path: string): string => `file ${path}`

/** That a network has these addresses on its host: `10.7.0.0/24`. */
export const subnetClaim = (subnet: string): string => `subnet ${subnet}`

/** That what Docker has by this name on its host is its own. */
export const nameClaim = (kind: OwnedObject['type'], name: string): string => `${kind} ${name}`

/** What such claims are about. */
export const claimed = (kind: 'path' | 'file' | 'subnet', claims: readonly string[]): readonly string[] =>
  claims.flatMap((claim) => (claim.startsWith(`${kind} `) ? [claim.slice(kind.length + 1)] : []))

/** Takes a claim; gives the first who has one that clashes with it, and then takes nothing. */
export type TakeClaim<T> = (host: string, claim: string, by: T) => T | undefined

/** Remembers claims by host, for thousands of them. A port on all addresses clashes with it on any, a subnet with what overlaps it. */
export function createClaims<T>(): TakeClaim<T> {
  const taken = new Map<string, T>()
  /** Ports that are taken on single addresses, by what their claim on all of them would be. */
  const onSome = new Map<string, T>()
  /** There are few of them. */
  const subnets: { readonly host: string; readonly range: Cidr; readonly by: T }[] = []
  return (host, claim, by) => {
    const [range] = claimed('subnet', [claim]).flatMap((subnet) => parseCidr(subnet) ?? [])
    if (range) {
      const former = subnets.find((one) => one.host === host && overlap(one.range, range))
      if (!former) subnets.push({ host, range, by })
      return former?.by
    }
    const key = `${host} ${claim}`
    const [everywhere] = /^port \S+(?= on )/.exec(claim) ?? []
    const onAll = everywhere === undefined ? undefined : `${host} ${everywhere}`
    const former = taken.get(key) ?? (onAll === undefined ? onSome.get(key) : taken.get(onAll))
    if (former !== undefined) return former
    taken.set(key, by)
    if (onAll !== undefined && !onSome.has(onAll)) onSome.set(onAll, by)
    return undefined
  }
}
