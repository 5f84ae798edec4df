import type { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { ProvisionError } from '../core/error.ts'
import { afterGreeting, afterMarker } from './marker.ts'

/** The channel of a script as a raw stream, once what the login shell printed before it is read. */
export function rawChannel(channel: ClientChannel, marker: string, what: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let rest: Buffer = Buffer.alloc(0)
    const out = afterGreeting(marker, (chunk) => (rest = Buffer.concat([rest, chunk])))
    const errors = afterMarker(marker, (chunk) => (said = `${said}${chunk.toString()}`.slice(-4_096)))
    let said = ''
    const read = (chunk: Buffer): void => {
      out.push(chunk)
      if (out.hello === undefined) return
      channel.off('data', read)
      channel.off('close', fail)
      channel.pause()
      if (rest.length > 0) channel.unshift(rest)
      resolve(channel)
    }
    const fail = (): void => {
      const output = `${errors.noise}${out.noise}${said}`.trim()
      reject(
        new ProvisionError('host', `${what}: the host does not run this`, {
          output: output === '' ? undefined : output,
          help: 'try it by hand on the host',
        }),
      )
    }
    channel.on('data', read)
    channel.on('close', fail)
    channel.on('error', () => undefined)
    channel.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  })
}
