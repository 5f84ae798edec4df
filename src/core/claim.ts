import type { PublishedPort } from './endpoint.ts'

/** What a resource alone may have on its host: `port 80/tcp`, `port 80/tcp on 127.0.0.1`. */
export const portClaim = ({ port, protocol, address }: PublishedPort): string =>
  address === '0.0.0.0' ? `port ${port}/${protocol}` : `port ${port}/${protocol} on ${address}`

/** Whether two resources of one host cannot both have these: a port on all addresses clashes with it on any. */
export function claimsClash(a: string, b: string): boolean {
  if (a === b) return true
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  return shorter.startsWith('port ') && longer.startsWith(`${shorter} on `)
}
