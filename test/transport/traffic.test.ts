import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { countTraffic } from '../../src/transport/traffic.ts'

test('bytes and turns are those of the socket, also when it is closed', async () => {
  const server = createServer((peer) => {
    peer.write('hello')
    peer.on('data', (data) => peer.write(data))
  })
  const folder = await mkdtemp(join(tmpdir(), 'provision-traffic-test-'))
  const path = join(folder, 'sock')
  server.listen(path)
  await once(server, 'listening')
  const socket = connect(path)
  const counter = countTraffic(socket)
  await once(socket, 'data')
  expect(counter.soFar()).toMatchObject({ turns: 0, sent: 0, received: 5 })
  for (const text of ['one', 'seven']) {
    socket.write(text)
    await once(socket, 'data')
  }
  socket.destroy()
  await once(socket, 'close')
  server.close()
  await rm(folder, { recursive: true })
  expect(counter.soFar()).toEqual({
    connections: 1,
    channels: 0,
    requests: 0,
    turns: 2,
    sent: 8,
    received: 13,
  })
})
