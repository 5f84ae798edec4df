import type { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { Rights } from '../ssh/connection.ts'
import { faultOf } from './exec.ts'
import { notBegun, notStarted } from './exec-error.ts'
import { afterGreeting, afterMarker, awakening } from './marker.ts'
import type { Session } from './index.ts'

/**
 * The channel of a script as a raw stream, once what the login shell printed before it is read.
 * @throws ProvisionError `host` when the connection is lost or the script does not begin
 */
export function rawChannel(
  session: Session,
  channel: ClientChannel,
  marker: string,
  as: Rights,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let rest: Buffer = Buffer.alloc(0)
    let code: number | undefined
    const out = afterGreeting(marker, (chunk) => (rest = Buffer.concat([rest, chunk])))
    const errors = afterMarker(marker, () => undefined)
    const read = (chunk: Buffer): void => {
      out.push(chunk)
      if (out.hello === undefined) return
      clearTimeout(late)
      channel.off('data', read)
      channel.off('close', close)
      channel.pause()
      if (rest.length > 0) channel.unshift(rest)
      resolve(channel)
    }
    const noise = (): string => errors.noise + out.noise
    const late = setTimeout(() => {
      channel.off('close', close)
      channel.close()
      reject(notBegun(session, awakening, noise()))
    }, awakening)
    const explain = async (): Promise<unknown> => {
      if (session.lost.aborted) return session.lost.reason
      const ended = { code, noise: noise() }
      return notStarted(session, await faultOf(session, ended, { as, signal: session.lost }), ended)
    }
    /** That the connection is lost is told only after its channels have closed. */
    const close = (): void => {
      clearTimeout(late)
      setImmediate(() => void explain().then(reject, reject))
    }
    channel.on('data', read)
    channel.on('exit', (exit: number | null) => (code = exit ?? undefined))
    channel.on('close', close)
    channel.on('error', () => undefined)
    channel.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  })
}
