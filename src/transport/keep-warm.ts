import type { HostPort, SshTarget } from '../core/host.ts'

type Connect<H> = (target: SshTarget, signal: AbortSignal) => Promise<H>

/** A host that says when its connection is lost. */
type Warmable = HostPort & { readonly connection: { readonly lost: AbortSignal } }

/** Hosts that stay connected from one run to the next. */
export interface WarmHosts<H extends Warmable> {
  /** Gives the connection that is open already, else opens one. Whoever gets it may close it, which leaves it open. */
  readonly connect: Connect<H>
  /** Whether a connection that was not opened for it was lost since `begin`: then it is worth another try. */
  readonly hasLost: () => boolean
  /** Says that a run begins. */
  readonly begin: () => void
  /** A host that is connected, by its name. */
  readonly connected: (name: string) => H | undefined
  /** Closes them all. */
  readonly close: () => Promise<void>
}

interface Kept<H> {
  /** Equal for the same way to the same host. */
  readonly key: string
  readonly opening: Promise<H>
}

export function keepWarm<H extends Warmable>(connect: Connect<H>): WarmHosts<H> {
  const kept = new Map<string, Kept<H>>()
  const open = new Map<string, H>()
  let reused: H[] = []

  const connectNow = async (target: SshTarget, signal: AbortSignal): Promise<H> => {
    const host = await connect(target, signal)
    open.set(target.name, host)
    return host
  }
  const hostOf = async (target: SshTarget, signal: AbortSignal): Promise<H> => {
    const key = JSON.stringify(target)
    const former = kept.get(target.name)
    const host = await former?.opening.catch(() => undefined)
    // Somebody else may have connected meanwhile.
    if (kept.get(target.name) !== former) return hostOf(target, signal)
    if (host && former?.key === key && !isLost(host)) {
      reused.push(host)
      return host
    }
    open.delete(target.name)
    const opening = connectNow(target, signal)
    // It may fail before the former one is closed.
    opening.catch(() => undefined)
    kept.set(target.name, { key, opening })
    await host?.close()
    return opening
  }

  return {
    connect: async (target, signal) => ({
      ...(await hostOf(target, signal)),
      close: () => Promise.resolve(),
    }),
    hasLost: () => reused.some(isLost),
    begin: () => {
      reused = []
    },
    connected: (name) => {
      const host = open.get(name)
      return host && !isLost(host) ? host : undefined
    },
    close: async () => {
      const all = [...kept.values()]
      kept.clear()
      open.clear()
      await Promise.allSettled(all.map(async ({ opening }) => (await opening).close()))
    },
  }
}

const isLost = ({ connection }: Warmable): boolean => connection.lost.aborted
