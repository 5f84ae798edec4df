import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { unlessAborted } from '../../core/async/abort.ts'
import { reasonOf } from '../../core/error.ts'
import type { Connection } from '../ssh/connection.ts'
import type { Readied } from './place.ts'
import { talkOnHost } from './shell.ts'

export interface HttpCheck {
  readonly address: string
  readonly port: number
  readonly path: string
  readonly status: number | undefined
}

/** Tries ports as a host reaches them. */
export interface PortTalk {
  tcp(address: string, port: number, signal: AbortSignal): Promise<Readied>
  http(check: HttpCheck, signal: AbortSignal): Promise<Readied>
}

/** Reasons with which sshd refuses to open a channel, RFC 4254 section 5.1. */
const prohibited = 1
const connectFailed = 2

/** Goes through the connection; where sshd forbids that, through a shell of the host. */
export function createPortTalk(connection: Connection): PortTalk {
  let forbidden = false

  const open = async (
    address: string,
    port: number,
    signal: AbortSignal,
  ): Promise<Duplex | 'forbidden' | Exclude<Readied, 'ready'>> => {
    if (forbidden) return 'forbidden'
    try {
      return await openedOrEnded(connection.forwardPort(address, port), signal)
    } catch (error) {
      if (signal.aborted) return { reason: 'no answer yet', cut: true }
      const reason = channelReason(error)
      if (reason === connectFailed) return { reason: 'connection refused' }
      if (reason !== prohibited) return { reason: reasonOf(error) }
      forbidden = true
      return 'forbidden'
    }
  }

  return {
    async tcp(address, port, signal) {
      const title = `TCP ${bracketed(address)}:${port}`
      const stream = await open(address, port, signal)
      if (stream === 'forbidden')
        return talkOnHost(connection, { title, address, port, request: '' }, okLine, signal)
      if ('reason' in stream) return { ...stream, reason: `${title}: ${stream.reason}` }
      stream.destroy()
      return 'ready'
    },
    async http(check, signal) {
      const { address, port, path, status } = check
      const title = `GET http://${bracketed(address)}:${port}${path}`
      const judge = (got: number): Readied => judged(title, got, status)
      const stream = await open(address, port, signal)
      if (stream === 'forbidden') {
        const lines = [`GET ${path} HTTP/1.0`, `Host: ${bracketed(address)}:${port}`, '', '']
        const talk = { title, address, port, request: lines.join('\r\n') }
        return talkOnHost(connection, talk, (line) => judge(statusIn(line)), signal)
      }
      if ('reason' in stream) return { ...stream, reason: `${title}: ${stream.reason}` }
      try {
        return judge(await getStatus(stream, check, signal))
      } catch (error) {
        if (signal.aborted) return { reason: `${title}: no answer yet`, cut: true }
        return { reason: `${title}: ${reasonOf(error)}` }
      } finally {
        stream.destroy()
      }
    },
  }
}

/** Gives up waiting for a stream, and ends it should it come after all. */
async function openedOrEnded(opening: Promise<Duplex>, signal: AbortSignal): Promise<Duplex> {
  try {
    return await unlessAborted(signal, opening)
  } catch (error) {
    opening.then(
      (stream) => stream.destroy(),
      () => undefined,
    )
    throw error
  }
}

const bracketed = (address: string) => (address.includes(':') ? `[${address}]` : address)
const okLine = (): Readied => 'ready'

/** Any answer that is no error counts, unless one is asked for. */
export const isWanted = (got: number, wanted: number | undefined): boolean =>
  wanted === undefined ? got >= 200 && got < 400 : got === wanted

/** What an answer says of a container; a status of 0 is that of an answer that is no HTTP. */
export function judged(title: string, got: number, wanted: number | undefined): Readied {
  if (isWanted(got, wanted)) return 'ready'
  const answer = got === 0 ? 'answered something that is not HTTP' : `answered ${got}`
  return { reason: `${title}: ${answer}${wanted === undefined ? '' : `, and ${wanted} is expected`}` }
}

/** The status in the first line of an HTTP answer; 0 when it is none. */
export const statusIn = (line: string): number => Number(/^HTTP\/\d\S* (\d{3})/.exec(line)?.[1] ?? 0)

function getStatus(stream: Duplex, { address, port, path }: HttpCheck, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    // What breaks after the answer concerns nobody.
    stream.on('error', reject)
    const get = request({ host: address, port, path, signal, createConnection: () => stream }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    get.on('error', reject)
    get.end()
  })
}

/** The reason that sshd gave for refusing a channel. */
function channelReason(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  return 'reason' in error ? error.reason : channelReason(error.cause)
}
