import { connect, createServer, type Socket } from 'node:net'

/** A way to a host as long as a network makes it, which counts what goes over it. */
export interface DelayingProxy {
  readonly port: number
  /** Round trips since the last call that were waited for one after another, of all connections together. */
  readonly turns: () => number
  readonly close: () => Promise<void>
}

/**
 * Starts one on a loopback port.
 * @param rtt milliseconds from a question to its answer, half of them each way; opening a connection costs one as well
 */
export async function delayingProxy(
  to: { readonly address: string; readonly port: number },
  rtt: number,
): Promise<DelayingProxy> {
  let turns = 0
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    // What a client would send only when its connection is there is on its way at once here.
    const ready = performance.now() + rtt * 1.5
    const host = connect({ host: to.address, port: to.port, noDelay: true })
    for (const [socket, other] of [
      [client, host],
      [host, client],
    ] as const) {
      open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
    // How many answers, one after another, were there when each question was asked; the first of each number is enough.
    const questions: { readonly at: number; readonly depth: number }[] = []
    let depth = 0
    client.on('data', () => {
      if (questions.at(-1)?.depth !== depth) questions.push({ at: performance.now(), depth })
    })
    delayed(
      client,
      rtt / 2,
      ready,
      (data) => host.write(data),
      () => host.end(),
    )
    delayed(
      host,
      rtt / 2,
      ready + rtt / 2,
      (data) => {
        // What comes sooner than a round trip after a question is no answer to it.
        const before = depth
        while (questions[0] !== undefined && questions[0].at <= performance.now() - rtt) {
          depth = Math.max(depth, (questions.shift()?.depth ?? 0) + 1)
        }
        turns += depth - before
        client.write(data)
      },
      () => client.end(),
    )
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
    })
  })
  return {
    port,
    turns: () => {
      const since = turns
      turns = 0
      return since
    },
    async close() {
      open.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Hands on what a socket gets, in order, each piece after its time on the way and none before `from`. */
function delayed(
  socket: Socket,
  way: number,
  from: number,
  pass: (data: Buffer) => void,
  end: () => void,
): void {
  const waiting: (() => void)[] = []
  // Timers that end within one millisecond may do so in any order: each passes on what has waited longest.
  const after = (work: () => void): void => {
    waiting.push(work)
    setTimeout(() => waiting.shift()?.(), Math.max(way, from - performance.now()))
  }
  socket.on('data', (data) => after(() => pass(data)))
  socket.on('end', () => after(end))
}
