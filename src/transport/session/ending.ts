import type { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { onAbort } from '../../core/async/abort.ts'
import type { Rights } from '../ssh/connection.ts'
import { interruption, notBegun, type Exit } from './exec-error.ts'
import type { Session } from './index.ts'
import { closeWhenSilent } from './linger.ts'
import { awakening } from './marker.ts'
import type { Output } from './output.ts'
import { endRemote } from './remote-end.ts'

/** How long ending a command may take, whatever sshd says of it. Milliseconds. */
const longestEnd = 8_000

/** How a conversation ended. */
export interface End {
  /** Of the script, where sshd told it. */
  readonly exit: Exit | undefined
  /** Why it was not waited for, or not given what it reads. */
  readonly failure: unknown
}

/** A script that has been begun, and what it writes. */
export interface Talk {
  readonly channel: ClientChannel
  readonly marker: string
  readonly as: Rights
  readonly output: Output
  /** What it reads. */
  readonly source: Readable | undefined
}

/**
 * Waits until a script has ended and its channel is closed, or until something else ends the waiting.
 * @param send sends it what it reads; not called where there is no use in that any more
 */
export function endOf(session: Session, talk: Talk, signal: AbortSignal, send: () => void): Promise<End> {
  const { channel, marker, as, source } = talk
  const { out, noise } = talk.output
  return new Promise((resolve) => {
    const forgets: (() => void)[] = []
    let failure: unknown
    /** Under way once it is to end before its time. */
    let ending: Promise<void> | undefined

    const finish = (exit?: Exit): void => {
      for (const forget of forgets.splice(0)) forget()
      source?.destroy()
      resolve({ exit, failure })
    }
    const giveUp = (why: unknown): void => {
      failure ??= why
      finish()
    }
    const endEarly = (why: unknown): void => {
      failure ??= why
      source?.destroy()
      ending ??= endRemote(session, as, out, marker, channel)
      forgets.push(after(longestEnd, finish))
    }

    onClose(channel, (exit) => {
      // Its shell may be gone before all that it has started.
      if (ending && out.hello !== undefined) void ending.then(() => finish(exit))
      else if (exit) finish(exit)
      // That the connection is lost is told only after its channels have closed.
      else setImmediate(finish)
    })
    if (session.lost.aborted) {
      giveUp(session.lost.reason)
      return
    }
    forgets.push(
      closeWhenSilent(channel, session.client),
      onAbort(session.lost, () => giveUp(session.lost.reason)),
      after(awakening, () => {
        if (out.hello !== undefined) return
        channel.close()
        // sshd need not confirm it before what runs there has ended.
        giveUp(notBegun(session, awakening, noise()))
      }),
      onAbort(signal, () => endEarly(interruption(session.name, signal))),
    )
    if (signal.aborted) return
    source?.on('error', endEarly)
    send()
  })
}

/** Tells when a channel is closed, and how its command has ended, where sshd told it. */
function onClose(channel: ClientChannel, tell: (exit: Exit | undefined) => void): void {
  let exit: Exit | undefined
  channel.on('exit', (code: number | null, name?: string) => (exit = { code, signal: name }))
  // A write to a channel that the host has closed: how the command ended says more.
  channel.on('error', () => undefined)
  channel.on('close', () => tell(exit))
}

/** @returns how to have it forgotten */
function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}
