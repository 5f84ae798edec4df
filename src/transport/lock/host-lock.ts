import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { onAbort } from '../../core/abort.ts'
import { digestOf, short } from '../../core/digest.ts'
import { isProvisionError, ProvisionError } from '../../core/error.ts'
import type { Scope } from '../../core/facts.ts'
import { onceEach } from '../../core/once.ts'
import { quoteAll } from '../../core/quote.ts'
import type { Connection } from '../ssh/connection.ts'
import { interruption } from '../session/exec-error.ts'
import { readAnswer, type LockAnswer } from './answer.ts'
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
  /** How often the host hears of this run, and after which silence it gives the lock to others. Milliseconds. */
  readonly pulse?: { readonly every: number; readonly patience: number }
}

const usual = { every: 5_000, patience: 20_000 }

/** How long a host may take to let go of a lock. Milliseconds. */
const longestEnd = 1_000

/**
 * Makes this run the only one that changes what a playbook has on a host in an environment. Costs one round trip.
 * @throws ProvisionError `host` when the connection is lost or the host refuses to keep a lock, `interrupted` on abort
 */
export async function takeHostLock(
  connection: Connection,
  { scope, holder, signal, onWait, pulse = usual }: LockOptions,
): Promise<Attempt> {
  const { name, lost: disconnected } = connection
  if (signal.aborted) throw interruption(name, signal)
  const key = keyOf(scope, name)
  const token = randomBytes(16).toString('hex')
  const way = onWait ? 'wait' : 'try'
  const seconds = String(Math.ceil(pulse.patience / 1_000))
  const given = quoteAll([key, token, JSON.stringify(holder), way, seconds])
  const opening = connection.channel(`set -- ${given}\n${lockScript}`, 'root')
  // For what is done next: it travels with the lock.
  connection.openings.openAhead({ sessions: 1 })
  const channel = await opening
  const lost = new AbortController()
  let held: { at: number; quiet: number } | undefined
  let heardAt = Date.now()
  let released = false

  const beat = setInterval(() => {
    heardAt = Date.now()
    channel.write('beat\n')
  }, pulse.every).unref()
  const lose = (): void => {
    clearInterval(beat)
    if (released || lost.signal.aborted) return
    // A lost connection is told as such, unless it was this run that slept.
    const asleep = Date.now() - heardAt
    const reason: unknown = disconnected.reason
    const isCut = disconnected.aborted && asleep < pulse.patience && isProvisionError(reason)
    lost.abort(isCut ? reason : lossError(name, asleep, pulse.patience))
  }
  const release = (): void => {
    if (released) return
    released = true
    clearInterval(beat)
    if (channel.writable) channel.end('release\n')
  }

  const ended = new Promise<void>((resolve) => channel.once('close', resolve))
  const settled = async (): Promise<void> => {
    if (released) await Promise.race([ended, sleep(longestEnd, undefined, { ref: false })])
  }

  return new Promise((resolve, reject) => {
    let forget = (): void => undefined
    const fail = (error: ProvisionError): void => {
      forget()
      release()
      channel.destroy()
      reject(error)
    }
    const settle = (attempt: Attempt): void => {
      forget()
      resolve(attempt)
    }
    let told = ''
    const hear = (answer: LockAnswer): void => {
      if (answer.says === 'busy' && onWait) {
        if (answer.who !== told) onWait((told = answer.who))
      } else if (answer.says === 'busy') {
        release()
        settle({ got: 'busy', who: answer.who })
      } else if (answer.says === 'held') {
        held = { at: performance.now(), quiet: answer.quiet }
        settle({ got: 'lock', lock: { lost: lost.signal, isAloneSince, admit, release, settled } })
      } else if (answer.says === 'none') {
        release()
        settle({ got: 'none' })
      } else if (answer.says === 'no') {
        fail(refusal(name, answer.why))
      } else {
        lose()
      }
    }
    const isAloneSince = (time: number): boolean => held !== undefined && held.quiet > held.at - time
    const admit = onceEach(async (second: Connection): Promise<void> => {
      const { code } = await second.exec(['sh', '-c', admitScript, 'provision-lock', key, token], {
        as: 'root',
        signal,
      })
      if (code === 0) return
      lose()
      throw lossError(name, Date.now() - heardAt, pulse.patience)
    })
    forget = onAbort(signal, () => fail(interruption(name, signal)))
    listen(channel, name, hear)
    channel.on('close', () => {
      lose()
      if (held === undefined) fail(refusal(name, 'what was to keep it has ended'))
    })
  })
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

const refusal = (host: string, why: string): ProvisionError =>
  new ProvisionError('host', `${host}: the lock of this environment cannot be kept there: ${why}`, {
    help: `look at /run/provision-lock (without root: ~/.provision-lock) on ${host}`,
  })

function lossError(host: string, silence: number, patience: number): ProvisionError {
  const why =
    silence >= patience
      ? `this run stood still for ${Math.round(silence / 1_000)} s`
      : `nothing was heard of this run for ${Math.round(patience / 1_000)} s, or somebody ended what kept the lock`
  return new ProvisionError(
    'locked',
    `${host}: the lock was lost: ${why}; it changes nothing there any more`,
    {
      help: 'run it again: it does what is left to do',
    },
  )
}
