import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProvisionError } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import { quoteAll } from '../../core/quote.ts'

/**
 * What OpenSSH's client is called with so that its standard input and output are a connection to an address, by way of jump
 * hosts. Their addresses, users and keys are as its own configuration says; nobody is asked, and their keys have to be known.
 * @param jump jump hosts as `ProxyJump` lists them, the first one first: `user@gate:2200,inner`
 */
export const jumpCommand = (jump: string, address: string, port: number): readonly string[] =>
  command(jump.split(','), `[${address}]:${port}`, (text) => text)

/** The same as a value of `ProxyCommand`, in which OpenSSH puts address and port. */
export const proxyCommand = (jump: string): string => proxyOver(jump.split(','))

const proxyOver = (hops: readonly string[]): string =>
  // What is within it for a further client is to be left alone by the first one.
  quoteAll(command(hops, '[%h]:%p', (text) => text.replaceAll('%', '%%')))

function command(hops: readonly string[], to: string, inner: (text: string) => string): readonly string[] {
  const before = hops.slice(0, -1)
  // OpenSSH's own `-J` would not hand our options on to the hosts before the last.
  const proxy = before.length === 0 ? [] : ['-o', `ProxyCommand=${inner(proxyOver(before))}`]
  // Greetings of the hosts are no errors.
  const strict = ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'LogLevel=ERROR'].flatMap((one) => [
    '-o',
    one,
  ])
  return ['ssh', '-a', '-x', ...strict, ...proxy, '-W', to, ...destinationOf(hops.at(-1) ?? '')]
}

/** As arguments of the client: `user@gate:2200` is none, and of a URI it takes no address of IPv6. */
function destinationOf(hop: string): readonly string[] {
  const [, bare = ''] = /^(?:ssh:\/\/)?(.*?)\/?$/.exec(hop) ?? []
  const at = bare.lastIndexOf('@')
  const user = bare.slice(0, Math.max(0, at))
  const place = bare.slice(at + 1)
  const [, inBrackets, name, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(place) ?? []
  return [
    ...(user === '' ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', port]),
    ...['--', inBrackets ?? name ?? place],
  ]
}

/** Much of what a client says while it fails is about each host on the way. Characters. */
const mostSaid = 2_000

/** How long a client may take to say why it ends. Milliseconds. */
const lastWords = 500

/** A way to a host that leads through others. */
export interface Way {
  readonly sock: Socket
  /** Why it ended, when it did; undefined where nobody said anything. */
  readonly problem: () => Promise<ProvisionError | undefined>
}

/** Starts OpenSSH's client as the way to a host. Whether it gets there shows only when the host answers. */
export function dialThrough(jump: string, { name, address, port }: SshTarget): Way {
  // Its own session: a Ctrl-C is ours to answer, and must not cut what is under way.
  const child = spawn('sh', ['-c', 'exec "$@" <&3 >&3 3>&-', 'sh', ...jumpCommand(jump, address, port)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const sock = child.stdio[3]
  if (!(sock instanceof Socket)) throw new Error('a pipe to a child is a socket')
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-mostSaid)))
  const closed = once(child, 'close').catch(() => undefined)
  child.once('error', (error) => sock.destroy(error))
  sock.once('close', () => child.kill())
  return {
    sock,
    async problem() {
      // Its last words come after the end of what it leads to.
      await Promise.race([closed, sleep(lastWords)])
      if (said.trim() === '') return undefined
      return new ProvisionError('host', `${name}: ${address}, port ${port}: no way there through ${jump}`, {
        output: said.trim(),
        help: `try it by hand: ${quoteAll(['ssh', '-J', jump, '-p', String(port), address])}`,
      })
    },
  }
}
