import type { Digest } from './digest.ts'
import type { Text } from './secret/index.ts'

/** What a host can be asked, as data. All probes of a host travel together, in one round trip. */
export type Probe =
  | {
      readonly ask: 'stat'
      readonly path: string
      /** How much should be there: large files are summed up in another way. Bytes. */
      readonly size?: number | undefined
      /** Whether it is told whose it is: to look up a name takes a host longer than all else about a small file. */
      readonly names?: boolean
      /** Whether it is told when its content was written. */
      readonly times?: boolean
      /** Whether a container mounts it as a file: of a folder in its place it is told whether that is empty. */
      readonly mounted?: boolean
    }
  | {
      readonly ask: 'read'
      readonly path: string
      /** Where it lies that was kept with other rights, when nothing is at the path. */
      readonly otherwise?: OtherPlace
    }
  /** All that is in a folder and in those below it. */
  | { readonly ask: 'inside'; readonly path: string }
  | {
      readonly ask: 'command'
      readonly argv: readonly string[]
      readonly cwd?: string | undefined
      /** Environment variables. Default: none besides those of the login. */
      readonly env?: Readonly<Record<string, Text>>
      /** Belongs to a resource that holds a secret, so it is to be seen nowhere until it runs. */
      readonly secret?: boolean
    }
  /** Which machine it is, as long as that runs: containers that share a kernel are several. */
  | { readonly ask: 'machine' }
  /** What runs that were killed, or whose host lost its power, have left in these folders and where uploads wait. */
  | { readonly ask: 'leftovers'; readonly folders: readonly string[] }
  /** One that is usually absent is looked up in the list of all first. */
  | { readonly ask: 'container'; readonly name: string; readonly usually?: 'absent' }
  | { readonly ask: 'image'; readonly ref: string }
  | { readonly ask: 'network'; readonly name: string }
  | { readonly ask: 'volume'; readonly name: string }
  /** What a playbook made in an environment: another playbook may be at home there too. */
  | { readonly ask: 'owned'; readonly playbook: string; readonly environment: string }

/** Root reads what its login has in the home folder; of what root has, a login without its rights sees only that it is there. */
export type OtherPlace =
  { readonly of: 'login'; readonly belowHome: string } | { readonly of: 'root'; readonly path: string }

/** The answer to each probe; undefined where there is no such thing. */
export interface Answers {
  stat: Stat | undefined
  /** That root keeps it where the login has not its rights. */
  read: string | { readonly keptBy: 'root' } | undefined
  /** Paths relative to it. */
  inside: readonly string[]
  command: CommandAnswer
  /** As the host tells them: paths that may be anything. */
  leftovers: readonly string[]
  machine: string | undefined
  container: ContainerState | undefined
  image: ImageState | undefined
  network: NetworkState | undefined
  volume: VolumeState | undefined
  owned: readonly OwnedObject[]
}

export type Answer<P extends Probe = Probe> = Answers[P['ask']]

export interface Stat {
  readonly type: 'file' | 'directory' | 'link' | 'other'
  /** Permission bits only. */
  readonly mode: number
  /** By name, or by number where it has none; only where that was asked for. */
  readonly owner: string | undefined
  /** Likewise by number. */
  readonly ownerId: string | undefined
  /** Likewise. */
  readonly group: string | undefined
  /** Likewise. */
  readonly groupId: string | undefined
  /** Bytes. */
  readonly size: number
  /** Of the content; only for a file that could be read. */
  readonly digest: Digest | undefined
  /** When its content was written, milliseconds since 1970 by the host's clock, to the second on some; where it was asked for. */
  readonly writtenAt?: number | undefined
  /** That a folder holds nothing; only of one in the place of a file that a container mounts. */
  readonly isEmpty?: true
}

export interface CommandAnswer {
  /** Exit code; 126 and 127 as a shell gives them, 125 when the folder to run in is missing. */
  readonly code: number
  readonly output: string
}

/** The part of Docker's `inspect` of a container that decisions need. */
export interface ContainerState {
  readonly id: string
  /** The reference that it was made from. */
  readonly image: string
  /** Of the image that it runs. */
  readonly imageId: string
  readonly labels: Readonly<Record<string, string>>
  readonly env: readonly string[]
  readonly command: readonly string[]
  readonly status: string
  readonly running: boolean
  /** Of one that runs and has a health check: `starting`, `healthy` or `unhealthy`. */
  readonly health: string | undefined
  readonly exitCode: number
  /** ISO 8601, by the host's clock. */
  readonly createdAt: string
  /** The last time; ISO 8601, by the host's clock. */
  readonly startedAt: string
  /** Whether it has ended before: one that runs was started again then, on what its mounts held by that time. */
  readonly hasEnded: boolean
  readonly restartPolicy: string
  /** `hostPort/protocol → containerPort`, as `80/tcp → 8080/tcp`. */
  readonly ports: readonly { readonly container: string; readonly host: string }[]
  /** `source:target[:ro]`, sorted. */
  readonly binds: readonly string[]
  /** Memory limit in bytes, 0 for none. */
  readonly memory: number
  /** CPU limit in billionths of a CPU, 0 for none. */
  readonly nanoCpus: number
  readonly user: string
  readonly networks: readonly string[]
  /** The address of the container on its first network; empty when it has none. */
  readonly address: string
}

export interface ImageState {
  readonly id: string
  readonly fingerprint: Digest
  readonly layers: readonly string[]
  readonly env: readonly string[]
}

export interface NetworkState {
  readonly id: string
  readonly driver: string
  readonly subnet: string | undefined
  readonly internal: boolean
  readonly labels: Readonly<Record<string, string>>
}

export interface VolumeState {
  readonly driver: string
  readonly labels: Readonly<Record<string, string>>
}

/** A Docker object that carries our labels. */
export interface OwnedObject {
  readonly type: 'container' | 'network' | 'volume'
  readonly name: string
  readonly id: string
  /** Id of the resource that made it. */
  readonly resource: string
  /** Of the meaning of its labels. */
  readonly version: string | undefined
}
