import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLimit } from '../../src/core/limit.ts'
import { runScript } from '../../src/transport/exec.ts'
import { openingsOf } from '../../src/transport/openings.ts'
import { countSessions } from '../../src/transport/session-count.ts'
import type { Session } from '../../src/transport/session.ts'
import { countTraffic } from '../../src/transport/traffic.ts'
import { sshPair } from '../support/ssh-server.ts'

test.each<[string, string | Readable | undefined]>([
  ['a script', undefined],
  ['a script with its input', 'input'],
  ['a script with a stream', Readable.from(['input'])],
])('%s is not sent when it is stopped while its session opens', async (_, stdin) => {
  const stop = new AbortController()
  let sent = ''
  let commands = 0
  const { client, ...pair } = await sshPair((command, accept) => {
    const marker = /provision-[0-9a-f]{32}/.exec(command)?.[0] ?? ''
    commands++
    if (commands === 1) stop.abort()
    const channel = accept()
    channel.write(`${marker} 17 17\n`)
    channel.stderr.write(`${marker}\n`)
    channel.on('close', () => undefined)
    if (commands === 1) channel.on('data', (chunk: Buffer) => (sent += chunk.toString()))
    // What ends the first one.
    else channel.resume().on('end', () => void (channel.exit(0), channel.end()))
  })
  const session: Session = {
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
  }
  try {
    const running = runScript(session, 'echo done', { as: 'user', stdin, signal: stop.signal })
    await expect(running).rejects.toMatchObject({ code: 'interrupted' })
    expect(commands).toBe(2)
    expect(sent).toBe('')
  } finally {
    await pair.stop()
  }
})
