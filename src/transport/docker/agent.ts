import Dockerode from 'dockerode'
import { Agent } from 'node:http'
import { Duplex } from 'node:stream'
import { inspect } from 'node:util'
import { around, wholeAnswers } from './answers.ts'

/** Opens one byte stream to a Docker engine. */
export type Dial = () => Promise<Duplex>

/**
 * A Docker client whose every socket is opened by a function, e.g. through an SSH connection.
 * @param onRequest called for each request
 */
export function dockerOver(
  dial: Dial,
  onRequest: () => void = () => undefined,
): { readonly docker: Dockerode; readonly agent: Agent } {
  const pool = new Agent({ keepAlive: true })
  const reuse = pool.reuseSocket.bind(pool)
  const agent = Object.assign(pool, {
    // Either of the two comes with each request.
    createConnection: () => {
      onRequest()
      return socketOver(dial)
    },
    reuseSocket: (...used: Parameters<typeof reuse>) => {
      onRequest()
      reuse(...used)
    },
    // docker-modem inspects its options, agent included, to any depth at every request.
    [inspect.custom]: () => 'Agent',
  })
  // All that docker-modem would else take from DOCKER_HOST, which is about this machine, is said here.
  const options = {
    protocol: 'http' as const,
    host: undefined,
    socketPath: '/var/run/docker.sock',
    timeout: undefined,
    agent,
  }
  const docker = new Dockerode(options)
  around(docker, wholeAnswers)
  return { docker, agent }
}

/** Ends the sockets that nobody uses now. */
export function closeIdle({ freeSockets }: Agent): void {
  for (const socket of Object.values(freeSockets).flatMap((some) => some ?? [])) socket.destroy()
}

/**
 * A stream that is there at once and connects by itself, as Node's own sockets do: only then does its agent count
 * sockets right. Carries the methods of a socket that Node's HTTP client calls.
 */
function socketOver(dial: Dial): Duplex {
  let inner: Duplex | undefined
  const outer = new Duplex({
    // Docker closing its side means the end of the connection, also when it lies idle.
    allowHalfOpen: false,
    construct(callback) {
      dial().then((stream) => {
        inner = stream
        if (outer.destroyed) stream.destroy()
        else connect(stream, outer)
        callback()
      }, callback)
    },
    read: () => inner?.resume(),
    write(chunk, encoding, callback) {
      if (inner?.writable) inner.write(chunk, encoding, callback)
      else callback(closed())
    },
    final(callback) {
      if (inner?.writable) inner.end(() => callback())
      else callback()
    },
    destroy(error, callback) {
      inner?.destroy()
      callback(error)
    },
  })
  // An idle socket that breaks concerns nobody; one in use tells whoever uses it as well.
  outer.on('error', () => {})
  const self = () => outer
  return Object.assign(outer, {
    setKeepAlive: self,
    setNoDelay: self,
    setTimeout: self,
    ref: self,
    unref: self,
    destroySoon: () => {
      if (outer.writableFinished) outer.destroy()
      else outer.end(() => outer.destroy())
    },
  })
}

function connect(inner: Duplex, outer: Duplex): void {
  inner.on('data', (chunk: Buffer) => {
    if (!outer.push(chunk)) inner.pause()
  })
  inner.on('end', () => {
    outer.push(null)
    // Nobody reads an idle socket, and its end shows only to a reader.
    outer.read(0)
  })
  inner.on('error', (error) => outer.destroy(error))
  inner.on('close', () => {
    if (!inner.readableEnded) outer.destroy(closed())
  })
}

const closed = () => Object.assign(new Error('the connection to Docker was closed'), { code: 'ECONNRESET' })
