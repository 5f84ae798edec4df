import { Agent, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { inspect } from 'node:util'
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

/** As Node's own agent keeps them. Milliseconds. */
const idleTime = 5_000

/** An agent whose calls all fail once none gets on and the engine says no word. */
export interface WatchedAgent {
  readonly agent: Agent
  /** Takes notice of an answer: it is what fails from then on. */
  readonly hear: (answer: IncomingMessage) => void
}

export function watchedAgent({ connect, ask, hangs, silence }: WatchedWay): WatchedAgent {
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
