import type Dockerode from 'dockerode'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dockerOver } from '../../src/transport/docker/agent.ts'

/** An engine that answers as a test says. */
export interface FakeEngine {
  readonly docker: Dockerode
  /** Path of its socket. */
  readonly path: string
  readonly dial: () => Promise<Socket>
  stop(): Promise<void>
}

export async function fakeEngine(
  answer: (path: string, response: ServerResponse, request: IncomingMessage) => void,
  /** Begins a talk of both sides, such as that with a command. */
  talk?: (path: string, socket: Duplex) => void,
): Promise<FakeEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'provision-fake-engine-'))
  const path = join(folder, 'sock')
  const server = createServer((request, response) => answer(request.url ?? '', response, request))
  const talks: Duplex[] = []
  if (talk) {
    server.on('upgrade', ({ url = '' }, socket) => {
      talks.push(socket)
      talk(url, socket)
    })
  }
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const dial = () => Promise.resolve(connect(path))
  const { docker, agent } = dockerOver(dial)
  return {
    ...{ docker, path, dial },
    async stop() {
      agent.destroy()
      server.closeAllConnections()
      for (const socket of talks) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
}

/** Answers with JSON. */
export function tell(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** A piece of what a container wrote, as Docker sends it. */
export function frame(stream: 'stdout' | 'stderr', text: string): Buffer {
  const data = Buffer.from(text)
  const header = Buffer.alloc(8)
  header[0] = stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(data.length, 4)
  return Buffer.concat([header, data])
}
