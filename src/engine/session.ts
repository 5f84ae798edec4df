import type { Build } from '../core/build/index.ts'
import type { Emit } from '../core/event.ts'
import type { Facts } from '../core/facts.ts'
import type { Graph } from '../core/graph/index.ts'
import type { Declaration } from '../core/playbook/index.ts'
import type { BakedBox, Provider } from '../core/provider.ts'
import type { Secret } from '../core/secret/index.ts'
import type { ConnectedHost } from '../transport/host.ts'
import type { SshTarget } from '../core/host.ts'
import type { Workspace } from './workspace.ts'

/** What builds give to a run. */
export type Built = Pick<Facts, 'built' | 'images'>

/** What a run needs of the rooms beside the engine; the command line puts them together. */
export interface Services {
  readonly provider: Provider
  readonly build: (builds: readonly Build[], signal: AbortSignal) => Promise<Built>
  /** The box for the playbook's images, baked if its content changed. */
  readonly ensureBox: (built: Promise<Built>) => Promise<BakedBox>
  readonly connect: (target: SshTarget, signal: AbortSignal) => Promise<ConnectedHost>
  readonly emit: Emit
  readonly signal: AbortSignal
  /** What to do about another run that is at work on the same hosts. */
  readonly ifLocked: IfLocked
  /** What this run is doing, for those who wait for it. */
  readonly doing: { command: string }
}

/** What to do about another run that is at work on the same environment. */
export type IfLocked = 'wait' | 'fail'

/** One run: a playbook evaluated with its params, and the means to carry it out. */
export interface Session extends Services {
  readonly workspace: Workspace
  readonly declaration: Declaration
  readonly graph: Graph
  /** Notes secrets, so that nothing that is shown from then on holds them. */
  readonly hide: (secrets: readonly Secret[]) => void
  readonly redact: (text: string) => string
  /** Makes what tells whether bytes show a secret that is known by now. */
  readonly findSecrets: () => (bytes: Buffer) => boolean
}
