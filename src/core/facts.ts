import type { BuiltArtifact, BuiltImage } from './build/index.ts'
import { ProvisionError } from './error.ts'

/** What is known of a host before it is asked anything. */
export interface HostFacts {
  /** The address at which other hosts reach it. */
  readonly address: string
}

/** Whose resources these are: what labels on a host say. */
export interface Scope {
  readonly playbook: string
  readonly environment: string
}

/** What references are read from: known once the hosts have addresses and the builds are done. */
export interface Facts {
  readonly scope: Scope
  readonly hosts: ReadonlyMap<string, HostFacts>
  /** Artifacts and local folders, by the id of their build. */
  readonly built: ReadonlyMap<string, BuiltArtifact>
  /** By the image's reference, tag included. */
  readonly images: ReadonlyMap<string, BuiltImage>
  /** The paths on each host that resources of the playbook are about, by the host's name. */
  readonly paths: ReadonlyMap<string, readonly string[]>
}

/** What a map of facts holds for a name; not to have it is a bug in the order of a run. */
export function factOf<T>(facts: ReadonlyMap<string, T>, what: string, name: string): T {
  const fact = facts.get(name)
  if (fact === undefined) throw new ProvisionError('playbook', `${what} ${name} is not known in this run`)
  return fact
}
