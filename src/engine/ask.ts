import type { HostPort } from '../core/host.ts'
import type { Answer, Probe } from '../core/probe.ts'

/** Asks a host, with the type of each answer known from its probe. */
export function ask<const P extends readonly Probe[]>(
  host: HostPort,
  probes: P,
  signal: AbortSignal,
): Promise<{ readonly [K in keyof P]: Answer<P[K]> }>
export function ask(host: HostPort, probes: readonly Probe[], signal: AbortSignal): Promise<unknown> {
  return host.probe(probes, signal)
}
