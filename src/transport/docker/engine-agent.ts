import Dockerode from 'dockerode'
import { Agent, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { inspect } from 'node:util'
import { showDuration } from '../../core/text/duration.ts'
import { around, wholeAnswers, type DockerDial } from './answers.ts'
import { watchForHang } from '../hang.ts'

/** The way to an engine on which calls are noticed that never end. */
export interface WatchedWay {
  readonly connect: () => Socket
  /** Has the engine say a word, over a connection of its own. */
  readonly ask: () => Promise<unknown>
  /** What calls fail with once it says none. */
  readonly hangs: (error: unknown) => Error
  /** How long all calls may be silent before it is asked. Milliseconds. */
  readonly silence: number
  /** How long a single one may take that is no open-ended work, though the engine answers others. Milliseconds. */
  readonly most: number
}

/** What a client is asked for. */
type Call = Parameters<DockerDial>[0]

/** As Node's own agent keeps them. Milliseconds. */
const idleTime = 5_000

/**
 * A client whose calls may take as long as a build does, and be silent all the while. One that hangs takes calls as well, and
 * answers none: so where no call gets on for a while the engine is asked for a word, and when none comes all of them fail.
 * @param place how the engine is called in requests
 */
export function watchedEngine(
  way: WatchedWay,
  place: Pick<Dockerode.DockerOptions, 'socketPath' | 'host' | 'port'>,
): Dockerode {
  const { agent, hear } = watchedAgent(way)
  // All that docker-modem would else take from DOCKER_HOST is said here; what speaks TLS is the connection.
  const unset = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined }
  const plain = { protocol: 'http' as const, ca: undefined, cert: undefined, key: undefined }
  const options = { ...unset, ...plain, ...place, agent }
  const docker = new Dockerode(options)
  around(docker, heardBy(hear))
  around(docker, wholeAnswers)
  around(docker, inTime(way))
  return docker
}

/** An agent whose calls all fail once none gets on and the engine says no word. */
interface WatchedAgent {
  readonly agent: Agent
  /** Takes notice of an answer: it is what fails from then on. */
  readonly hear: (answer: IncomingMessage) => void
}

function watchedAgent({ connect, ask, hangs, silence }: WatchedWay): WatchedAgent {
  /** All that are open, with the answer that is read there. */
  const open = new Map<Socket, IncomingMessage | undefined>()
  const pool = new Agent({ keepAlive: true, timeout: idleTime })
  const reuse = pool.reuseSocket.bind(pool)
  let stop: (() => void) | undefined

  const busy = (): Socket[] => {
    const free = new Set(Object.values(pool.freeSockets).flatMap((some) => some ?? []))
    return [...open.keys()].filter((socket) => !free.has(socket))
  }
  const end = (): void => {
    stop?.()
    stop = undefined
  }
  const progress = (): number | undefined => {
    const sockets = busy()
    if (sockets.length > 0)
      return sockets.reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0)
    end()
    return undefined
  }
  const giveUp = (_: number, reason?: unknown): void => {
    end()
    // Whoever reads an answer would not hear what its socket failed with.
    for (const socket of busy()) (open.get(socket) ?? socket).destroy(hangs(reason))
  }
  const watch = (): void => {
    stop ??= watchForHang({ silence, most: Infinity }, { progress, ask, hangs: giveUp })
  }
  const agent = Object.assign(pool, {
    createConnection: () => {
      const socket = connect()
      open.set(socket, undefined)
      socket.once('close', () => open.delete(socket))
      watch()
      return socket
    },
    reuseSocket: (...used: Parameters<typeof reuse>) => {
      reuse(...used)
      watch()
    },
    // docker-modem inspects its options, agent included, to any depth at every request.
    [inspect.custom]: () => 'Agent',
  })
  return {
    agent,
    hear(answer) {
      const { socket } = answer
      open.set(socket, answer)
      answer.once('close', () => {
        if (open.get(socket) === answer) open.set(socket, undefined)
      })
    },
  }
}

const heardBy =
  (hear: WatchedAgent['hear']) =>
  (dial: DockerDial): DockerDial =>
  (request, done) => {
    dial(request, (error, answer) => {
      if (answer instanceof IncomingMessage) hear(answer)
      done?.(error, answer)
    })
  }

/** Fails a call that is no open-ended work and that the engine does not answer in time. */
const inTime =
  ({ hangs, most }: Pick<WatchedWay, 'hangs' | 'most'>) =>
  (dial: DockerDial): DockerDial =>
  (request, done) => {
    const limit = isOpenEnded(request) ? undefined : new AbortController()
    const timer = limit && setTimeout(() => limit.abort(), most).unref()
    const signals = [request.abortSignal, limit?.signal].filter((signal) => signal !== undefined)
    dial({ ...request, abortSignal: AbortSignal.any(signals) }, (error, answer) => {
      clearTimeout(timer)
      const isLate = error !== null && limit?.signal.aborted === true
      done?.(isLate ? hangs(noAnswer(request, most)) : error, answer)
    })
  }

/** A build, an image on its way, the wait for a container: they last as long as they last. */
const isOpenEnded = ({ isStream, hijack, path }: Call): boolean =>
  isStream === true || hijack === true || /\/wait\b/.test(path)

const noAnswer = ({ method, path }: Call, most: number): Error =>
  new Error(`${method ?? 'GET'} ${path.replace(/\?.*$/, '')}: no answer within ${showDuration(most)}`)
