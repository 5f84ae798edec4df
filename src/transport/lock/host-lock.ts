import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { onAbort } from '../../core/async/abort.ts'
import { digestOf, short } from '../../core/digest.ts'
import type { ProvisionError } from '../../core/error.ts'
import type { Scope } from '../../core/facts.ts'
import { onceEach } from '../../core/async/once.ts'
import { quoteAll } from '../../core/quote.ts'
import type { Connection } from '../ssh/connection.ts'
import { interruption } from '../session/exec-error.ts'
import { readAnswer, type LockAnswer } from './answer.ts'
import { refusal } from './error.ts'
import { renewed, type Lease, type Pulse } from './lease.ts'
import { admitScript, lockScript } from './script.ts'
import { cutLines } from '../lines.ts'
import type { Holder } from './state-lock.ts'

/** The lock of a host, held by this run. */
export interface HostLock {
  /** Aborted with the reason when it was taken away, because nothing was heard of this run for a while. */
  readonly lost: AbortSignal
  /** Whether nobody else can have held it since then; a time of `performance.now()`. */
  readonly isAloneSince: (time: number) => boolean
  /**
   * Lets a further connection to the host write; it ends when the lock is lost.
   * @throws ProvisionError `locked` when it is lost already
   */
  readonly admit: (connection: Connection) => Promise<void>
  /** Gives it back. It is free a moment later. */
  readonly release: () => void
  /**
   * Waits until the host has let go of it, for a second at most; where it was not given back not at all. A connection that is
   * closed earlier takes the release with it, if sshd has not yet handed it on, and the host looks for what is to be ended.
   */
  readonly settled: () => Promise<void>
}

export type Attempt =
  | { readonly got: 'lock'; readonly lock: HostLock }
  /** Somebody else has it. */
  | { readonly got: 'busy'; readonly who: string }
  /** The host has no means to keep one. */
  | { readonly got: 'none' }

export interface LockOptions {
  readonly scope: Scope
  readonly holder: Holder
  readonly signal: AbortSignal
  /** Told who has it, each time that this changes, while waiting for it; without it nothing is waited for. */
  readonly onWait?: ((who: string) => void) | undefined
  readonly pulse?: Pulse
}

const usual: Pulse = { every: 5_000, patience: 20_000 }

/**
 * Makes this run the only one that changes what a playbook has on a host in an environment. Costs one round trip.
 * @throws ProvisionError `host` when the connection is lost or the host refuses to keep a lock, `interrupted` on abort
 */
export async function takeHostLock(
  connection: Connection,
  { scope, holder, signal, onWait, pulse = usual }: LockOptions,
): Promise<Attempt> {
  const { name } = connection
  if (signal.aborted) throw interruption(name, signal)
  const key = keyOf(scope, name)
  const token = randomBytes(16).toString('hex')
  const way = onWait ? 'wait' : 'try'
  const seconds = String(Math.ceil(pulse.patience / 1_000))
  const given = quoteAll([key, token, JSON.stringify(holder), way, seconds])
  const opening = connection.channel(`set -- ${given}\n${lockScript}`, 'root')
  // For what is done next: it travels with the lock.
  connection.openings.openAhead({ sessions: 1 })
  const keeper = await opening
  const lease = renewed(keeper, connection, pulse)
  const admit = async (second: Connection): Promise<void> => {
    const script = `set -- ${quoteAll([key, token])}\n${admitScript}`
    const { code } = await second.openly(script, { as: 'root', stdin: Buffer.alloc(0), signal })
    if (code === 0) return
    lease.lose()
    throw lease.lossError()
  }
  return answerOf({ name, keeper, lease, admit }, { signal, onWait })
}

/** What asks for a lock. */
interface Asking {
  readonly name: string
  /** The process on the host that is to keep it. */
  readonly keeper: Duplex
  readonly lease: Lease
  readonly admit: HostLock['admit']
}

/** What came of asking for a lock; its keeper is listened to ever after. */
function answerOf(
  { name, keeper, lease, admit }: Asking,
  { signal, onWait }: Pick<LockOptions, 'signal' | 'onWait'>,
): Promise<Attempt> {
  return new Promise((resolve, reject) => {
    let isHeld = false
    let told = ''
    let forget = (): void => undefined
    const fail = (error: ProvisionError): void => {
      forget()
      lease.release()
      keeper.destroy()
      reject(error)
    }
    const settle = (attempt: Attempt): void => {
      forget()
      resolve(attempt)
    }
    const hear = (answer: LockAnswer): void => {
      switch (answer.says) {
        case 'busy':
          if (onWait) {
            if (answer.who !== told) onWait((told = answer.who))
            return
          }
          lease.release()
          settle({ got: 'busy', who: answer.who })
          return
        case 'held':
          isHeld = true
          settle({ got: 'lock', lock: heldBy(lease, answer.quiet, admit) })
          return
        case 'none':
          lease.release()
          settle({ got: 'none' })
          return
        case 'no':
          fail(refusal(name, answer.why))
          return
        case 'free':
        case 'lost':
          lease.lose()
      }
    }
    forget = onAbort(signal, () => fail(interruption(name, signal)))
    listen(keeper, name, hear)
    keeper.on('close', () => {
      lease.lose()
      if (!isHeld) fail(refusal(name, 'what was to keep it has ended'))
    })
  })
}

/** @param quiet see `LockAnswer` */
function heldBy({ lost, release, settled }: Lease, quiet: number, admit: HostLock['admit']): HostLock {
  const heldAt = performance.now()
  const isAloneSince = (time: number): boolean => quiet > heldAt - time
  return { lost, isAloneSince, admit: onceEach(admit), release, settled }
}

function listen(channel: Duplex, host: string, hear: (answer: LockAnswer) => void): void {
  const lines = cutLines((line) => {
    const answer = readAnswer(line, host)
    if (answer) hear(answer)
  })
  channel.on('data', (chunk: Buffer) => lines.push(chunk))
  channel.on('error', () => undefined)
  // It comes paused, so that nothing is missed.
  channel.resume()
}

/** Which files on the host are those of this lock. One machine may be several hosts of a playbook. */
export const keyOf = ({ playbook, environment }: Scope, host: string): string =>
  short(digestOf(`${playbook}\0${environment}\0${host}`))
