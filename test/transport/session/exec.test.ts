import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { Client, ServerChannel } from 'ssh2'
import { describe, expect, it, test } from 'vitest'
import { createLimit } from '../../../src/core/async/limit.ts'
import { runScript } from '../../../src/transport/session/exec.ts'
import { openingsOf } from '../../../src/transport/session/openings.ts'
import { countSessions } from '../../../src/transport/session/count.ts'
import type { Session } from '../../../src/transport/session/index.ts'
import { countTraffic } from '../../../src/transport/traffic.ts'
import { sshPair } from '../../support/ssh-server.ts'
import { never } from '../../support/transport.ts'

const sessionOf = (client: Client): Session => ({
  name: 'app',
  user: 'me',
  become: false,
  client,
  openings: openingsOf(client, () => 'any'),
  lost: new AbortController().signal,
  limit: createLimit(4),
  traffic: countTraffic(new Socket()),
  server: () => 'any',
  sessions: countSessions(),
  idle: new Set(),
  spare: undefined,
  onDetail: () => undefined,
})

/** Has a channel say what a script says that has begun. */
function greet(command: string, channel: ServerChannel): void {
  const marker = /provision-[0-9a-f]{32}/.exec(command)?.[0] ?? ''
  channel.write(`${marker} 17 17\n`)
  channel.stderr.write(`${marker}\n`)
}

test.each<[string, string | Readable | undefined]>([
  ['a script', undefined],
  ['a script with its input', 'input'],
  ['a script with a stream', Readable.from(['input'])],
])('%s is not sent when it is stopped while its session opens', async (_, stdin) => {
  const stop = new AbortController()
  let sent = ''
  let commands = 0
  const { client, ...pair } = await sshPair((command, accept) => {
    commands++
    if (commands === 1) stop.abort()
    const channel = accept()
    greet(command, channel)
    channel.on('close', () => undefined)
    if (commands === 1) channel.on('data', (chunk: Buffer) => (sent += chunk.toString()))
    // What ends the first one.
    else channel.resume().on('end', () => void (channel.exit(0), channel.end()))
  })
  try {
    const running = runScript(sessionOf(client), 'echo done', { as: 'user', stdin, signal: stop.signal })
    await expect(running).rejects.toMatchObject({ code: 'interrupted' })
    expect(commands).toBe(2)
    expect(sent).toBe('')
  } finally {
    await pair.stop()
  }
})

describe('once a command has ended', () => {
  it('the rest of what it wrote is waited for through a stall of the link', async () => {
    const { client, sock, ...pair } = await sshPair((command, accept) => {
      const channel = accept()
      greet(command, channel)
      channel.write('one ')
      channel.exit(0)
      setTimeout(() => {
        sock.pause()
        setTimeout(() => sock.resume(), 2_500)
        channel.end('two')
      }, 100)
    })
    try {
      const { code, stdout } = await runScript(sessionOf(client), ':', { as: 'user', signal: never })
      expect([code, stdout.toString()]).toEqual([0, 'one two'])
    } finally {
      await pair.stop()
    }
  })

  it('what it has left running is not waited for', async () => {
    const { client, ...pair } = await sshPair((command, accept) => {
      const channel = accept()
      greet(command, channel)
      channel.write('out')
      channel.exit(0)
    })
    try {
      const ended = await runScript(sessionOf(client), ':', { as: 'user', signal: never })
      expect(ended).toMatchObject({ code: 0, stdout: Buffer.from('out') })
    } finally {
      await pair.stop()
    }
  })
})
