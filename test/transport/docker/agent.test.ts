import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dockerOver } from '../../../src/transport/docker/agent.ts'

let folder: string
let server: Server
let sockets: Socket[]
let urls: string[]
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provision-agent-test-'))
  path = join(folder, 'sock')
  sockets = []
  urls = []
  server = createServer((request, response) => {
    urls.push(request.url ?? '')
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify([{ Id: 'x'.repeat(200_000) }]))
  })
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(path, resolve))
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

const opened = () =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })

test('calls one after the other use one socket', async () => {
  const { docker, agent } = dockerOver(opened)
  for (let i = 0; i < 5; i++) expect(await docker.listContainers()).toHaveLength(1)
  expect(sockets).toHaveLength(1)
  agent.destroy()
})

test('every request is told once, whether it opens a socket or uses one again', async () => {
  let told = 0
  const { docker, agent } = dockerOver(opened, () => told++)
  await Promise.all([docker.listContainers(), docker.listContainers()])
  await docker.listContainers()
  expect(told).toBe(urls.length)
  expect(urls).toHaveLength(3)
  agent.destroy()
})

test('calls at once use sockets of their own', async () => {
  const { docker, agent } = dockerOver(opened)
  await Promise.all(Array.from({ length: 4 }, () => docker.listContainers()))
  expect(sockets).toHaveLength(4)
  agent.destroy()
})

test.each<[string, (socket: Socket) => unknown]>([
  ['ended', (socket) => socket.end()],
  ['destroyed', (socket) => socket.destroy()],
])('an idle socket that the other side has %s does no harm', async (_, end) => {
  const { docker, agent } = dockerOver(opened)
  await docker.listContainers()
  sockets.forEach(end)
  await sleep(20)
  expect(await docker.listContainers()).toHaveLength(1)
  expect(sockets).toHaveLength(2)
  agent.destroy()
})

test('a socket that ends during a call fails that call', async () => {
  const { docker, agent } = dockerOver(opened)
  server.removeAllListeners('request')
  server.on('request', (_, response) => void response.socket?.destroy())
  await expect(docker.getContainer('x').inspect()).rejects.toMatchObject({ code: 'ECONNRESET' })
  agent.destroy()
})

test('a connection that cannot be opened fails the call with its own error', async () => {
  const refusal = new Error('no such socket')
  const { docker, agent } = dockerOver(() => Promise.reject(refusal))
  await expect(docker.listContainers()).rejects.toBe(refusal)
  agent.destroy()
})

test('a call can be given up before its connection is open', async () => {
  const { docker, agent } = dockerOver(async () => {
    await sleep(30)
    return opened()
  })
  const stop = new AbortController()
  const call = docker.listContainers({ abortSignal: stop.signal })
  stop.abort()
  await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  await sleep(60)
  expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
  agent.destroy()
})

test('DOCKER_HOST of this machine has no say', async () => {
  const before = process.env['DOCKER_HOST']
  process.env['DOCKER_HOST'] = 'tcp://192.0.2.1:2375'
  try {
    const { docker, agent } = dockerOver(opened)
    await docker.listContainers()
    expect(urls).toEqual(['/containers/json'])
    agent.destroy()
  } finally {
    if (before === undefined) delete process.env['DOCKER_HOST']
    else process.env['DOCKER_HOST'] = before
  }
})
