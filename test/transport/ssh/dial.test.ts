import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { dial } from '../../../src/transport/ssh/dial.ts'
import { matching } from '../../support/matching.ts'

test.each<[string, string | undefined, boolean, object]>([
  ['directly when its time is over', undefined, false, { code: 'host', message: matching(/within 0\.1 s/) }],
  ['through another when its time is over', 'gate', false, { code: 'host' }],
  ['when the run was stopped', undefined, true, { code: 'interrupted' }],
])('a host is not dialled %s', async (_, jump, stopped, expected) => {
  const server = createServer().listen(0, '127.0.0.1')
  let dialled = 0
  server.on('connection', (socket) => void (dialled++, socket.destroy()))
  await once(server, 'listening')
  const address = server.address()
  const target = {
    ...{ name: 'app', address: '127.0.0.1', user: 'me', identityFile: undefined, knownHosts: [], jump },
    ...{ hostKeyAlias: undefined, become: false },
    port: typeof address === 'object' && address !== null ? address.port : 0,
  }
  const over = AbortSignal.abort()
  try {
    const dialling = dial(target, stopped ? over : new AbortController().signal, over, 100)
    await expect(dialling).rejects.toMatchObject(expected)
    expect(dialled).toBe(0)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})
