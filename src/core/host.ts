import type { Action } from './action.ts'
import type { ProvisionError } from './error.ts'
import { factOf } from './facts.ts'
import { noText } from './no-text.ts'
import type { Answer, Probe } from './probe.ts'
import { isRef, ref, type Ref } from './ref.ts'
import type { Resource } from './resource.ts'

/** Where a host is told of what is made with it. */
export const onMade = Symbol.for('provision.host.made')

/** A host of the topology, as a playbook sees it. */
export interface Host<Name extends string = string> {
  readonly name: Name
  /** The address at which other hosts reach it. */
  readonly address: Ref<string>
  /** @internal */
  readonly [onMade]?: ((resource: Resource) => void) | undefined
}

/** @param made gets each resource that is made with it. Default: nobody */
export const hostNamed = <Name extends string>(name: Name, made?: (resource: Resource) => void): Host<Name> =>
  noText(
    {
      name,
      [onMade]: made,
      address: ref({ label: `${name}.address` }, (facts) => factOf(facts.hosts, 'host', name).address),
    },
    `host ${name}`,
    'write text`…` with `.address` of it, or `.name`',
  )

export const isHost = (value: unknown): value is Host =>
  typeof value === 'object' && value !== null && 'name' in value && 'address' in value && isRef(value.address)

/** How one host is reached over SSH. */
export interface SshTarget {
  /** The host's name in the topology. */
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  /** Path of the private key, which is tried alone; without it the user's agent and default keys are tried. */
  readonly identityFile: string | undefined
  /** The keys that OpenSSH's configuration lists, `identityFile` being but the first of them: all are tried, and the agent. */
  readonly identityFiles?: readonly string[] | undefined
  /** Whether the agent is asked only for keys that are listed. */
  readonly identitiesOnly?: boolean | undefined
  /** The agent's socket as OpenSSH's `IdentityAgent` says it: a path, `none`, or a variable like `$NAME`. */
  readonly identityAgent?: string | undefined
  /** Files in the format of OpenSSH's known_hosts; a host that they do not hold is refused. */
  readonly knownHosts: readonly string[]
  /** The name to look up in them, where it is not the address. */
  readonly hostKeyAlias: string | undefined
  /** Files of public keys, one a line, that are revoked: a host that shows one of them is refused. */
  readonly revokedHostKeys?: readonly string[] | undefined
  /** Whether files and commands need `sudo`. */
  readonly become: boolean
  /** Jump hosts on the way to it, as OpenSSH's `ProxyJump` lists them. */
  readonly jump?: string | undefined
  /** Until it is connected. Milliseconds, default 10,000. */
  readonly connectTimeout?: number | undefined
}

/** What became of one action. */
export type Outcome =
  | {
      readonly ok: true
      readonly output?: string
      /** It was not done, because what it asks first said that it need not be. */
      readonly needless?: true
    }
  | { readonly ok: false; readonly error: ProvisionError }

/** What a host shows while it works. */
export interface HostWatcher {
  /** A line of output of something that runs, and which of the actions that were asked for it is. */
  readonly line?: (text: string, index: number) => void
  /** Bytes sent so far of all that is to be sent. */
  readonly sent?: (done: number, total: number) => void
}

/** A connected host: the only way in which the engine touches one. */
export interface HostPort {
  readonly name: string
  /** Answers in the order of the probes, in one round trip. */
  probe(probes: readonly Probe[], signal: AbortSignal): Promise<readonly Answer[]>
  /** Does actions of one lane (see `laneOf`); outcomes come in their order, and one's failure does not stop the others. */
  perform(actions: readonly Action[], signal: AbortSignal, watch?: HostWatcher): Promise<readonly Outcome[]>
  close(): Promise<void>
}
