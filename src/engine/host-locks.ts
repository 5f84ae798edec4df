import { setMaxListeners } from 'node:events'
import { onAbort } from '../core/async/abort.ts'
import { isProvisionError, ProvisionError } from '../core/error.ts'
import { allOf } from '../core/track.ts'
import type { ConnectedHost } from '../transport/host.ts'
import type { Attempt, HostLock } from '../transport/lock/host-lock.ts'
import { thisRun } from '../transport/lock/state-lock.ts'
import { isSome, noneReached, type Unreached } from './hosts.ts'
import type { Session } from './session.ts'
import { scopeOf } from './workspace.ts'

/** What a run needs to be the only one at work on its hosts. */
export type Claimant = Pick<Session, 'workspace' | 'signal' | 'emit' | 'ifLocked' | 'doing'>

/** The locks of all hosts of a run. */
export interface HostLocks {
  /** Aborted when the user stops the run, or one of the locks is lost. */
  readonly signal: AbortSignal
  /** Whether nobody else can have changed anything there since then; a time of `performance.now()`. */
  readonly isAloneSince: (time: number) => boolean
  /** @throws the reason, when one of them was lost */
  readonly requireAll: () => void
  readonly release: () => void
}

/** What came of locking hosts. */
export interface Locked {
  /** Of all that could be locked. */
  readonly locks: HostLocks
  /** Hosts that were lost meanwhile, or keep no lock: like one that was never reached. */
  readonly unreached: readonly Unreached[]
}

/**
 * Takes the lock of every host, all at once; where one is held by somebody else, one after the other in the order of their
 * names, so that two runs never wait for each other.
 * @throws ProvisionError `locked` when somebody else has one and the user does not want to wait
 */
export async function lockReached(run: Claimant, hosts: Iterable<ConnectedHost>): Promise<Locked> {
  const sorted = [...hosts].sort((a, b) => (a.name < b.name ? -1 : 1))
  const held: HostLock[] = []
  const unreached: Unreached[] = []
  const release = (): void => {
    for (const lock of held.splice(0)) lock.release()
  }
  const take = async (host: ConnectedHost, onWait?: (who: string) => void): Promise<Taken | undefined> => {
    try {
      const attempt = await host.lock({ ...claimOf(run), onWait })
      if (attempt.got === 'lock') held.push(attempt.lock)
      return { host, attempt }
    } catch (error) {
      if (!isProvisionError(error) || error.code !== 'host') throw error
      unreached.push({ host: host.name, error })
      return undefined
    }
  }
  try {
    const taken = await allOf(
      sorted.map((host) => take(host)),
      firstOf,
    )
    const all = taken.filter((one) => one !== undefined)
    warnOfUnlocked(run, all)
    const [first] = all.flatMap(({ host, attempt }) =>
      attempt.got === 'busy' ? [{ host, who: attempt.who }] : [],
    )
    if (first && run.ifLocked === 'fail') throw lockedBy(first.host, first.who)
    if (first) {
      release()
      for (const { host } of all) await take(host, (who) => tell(run, host, who))
    }
  } catch (error) {
    release()
    throw error
  }
  return { locks: together(run, [...held], release), unreached }
}

/**
 * The same where none may be missing.
 * @throws ProvisionError `host` as well when one cannot be locked
 */
export async function lockHosts(run: Claimant, hosts: Iterable<ConnectedHost>): Promise<HostLocks> {
  const { locks, unreached } = await lockReached(run, hosts)
  if (!isSome(unreached)) return locks
  locks.release()
  throw noneReached(unreached)
}

function together(run: Claimant, locks: readonly HostLock[], release: () => void): HostLocks {
  const lost = locks.map((lock) => takenAway(lock.lost))
  const either = AbortSignal.any([run.signal, ...lost])
  // All that goes on at once listens to it.
  setMaxListeners(0, either)
  return {
    signal: either,
    isAloneSince: (time) => locks.every((lock) => lock.isAloneSince(time)),
    requireAll() {
      if (!run.signal.aborted) for (const one of lost) one.throwIfAborted()
    },
    release,
  }
}

/** Who is at work on a host, in words. One that cannot be asked now will not answer later either, and is told then. */
export async function holderOf(
  { workspace, signal }: Pick<Claimant, 'workspace' | 'signal'>,
  host: ConnectedHost,
): Promise<string | undefined> {
  try {
    return await host.lockHolder({ scope: scopeOf(workspace), signal })
  } catch (error) {
    if (isProvisionError(error)) return undefined
    throw error
  }
}

/** What a run ends with that is not to wait for somebody else. */
export const lockedBy = ({ name }: Pick<ConnectedHost, 'name'>, who: string): ProvisionError =>
  new ProvisionError('locked', `${name}: ${who}`, { help: 'leave out --no-wait to wait for it' })

/** A host whose connection is lost fails by itself; the others go on. A lock that somebody else may have stops all. */
function takenAway(lost: AbortSignal): AbortSignal {
  const taken = new AbortController()
  onAbort(lost, () => {
    if (!isProvisionError(lost.reason) || lost.reason.code !== 'host') taken.abort(lost.reason)
  })
  return taken.signal
}

interface Taken {
  readonly host: ConnectedHost
  readonly attempt: Attempt
}

function warnOfUnlocked(run: Claimant, taken: readonly Taken[]): void {
  const without = taken.filter(({ attempt }) => attempt.got === 'none').map(({ host }) => host.name)
  if (without.length === 0) return
  const text = `${without.join(', ')}: without flock, timeout and /proc there, runs from other machines are not kept out`
  run.emit({ event: 'note', level: 'warning', text })
}

const tell = ({ emit }: Claimant, { name }: ConnectedHost, who: string): void =>
  emit({ event: 'note', level: 'info', text: `waiting for ${name}: ${who}` })

const claimOf = ({ workspace, signal, doing }: Claimant) => ({
  scope: scopeOf(workspace),
  holder: thisRun(doing.command),
  signal,
})

/** What is no host's fault is the same for all, as an interruption is. */
const firstOf = ([error]: readonly unknown[]): Error =>
  error instanceof Error ? error : new Error(String(error))
