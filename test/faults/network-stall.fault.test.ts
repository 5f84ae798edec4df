import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startDetour, type Detour } from '../support/detour.ts'
import { effort } from '../support/faults.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { never, withConnection } from '../support/transport.ts'

const { points } = effort()

/** So much a host sends of a channel before it has to hear that it came. Bytes. */
const window = 2_097_152

/** Bytes a second that come from the host, and when nothing goes there any more, for how long. */
const link = { rate: 1_500_000, stallAt: 800_000, stall: 3_000 }

let sshd: Sshd
let detour: Detour
beforeAll(async () => {
  sshd = await startSshd()
  detour = await startDetour(sshd, (client, host) => {
    for (const socket of [client, host]) socket.on('error', () => undefined)
    client.on('close', () => host.destroy())
    host.on('close', () => client.destroy())
    client.pipe(host)
    void carryBack(client, host).catch(() => undefined)
  })
})
afterAll(async () => {
  await detour.stop()
  await sshd.stop()
})

async function carryBack(client: Socket, host: Socket): Promise<void> {
  let passed = 0
  for await (const chunk of host) {
    if (!Buffer.isBuffer(chunk)) continue
    for (let at = 0; at < chunk.length; at += 16_384) {
      const part = chunk.subarray(at, at + 16_384)
      await sleep((part.length / link.rate) * 1_000)
      if (passed < link.stallAt && passed + part.length >= link.stallAt) {
        client.unpipe(host)
        setTimeout(() => client.pipe(host), link.stall)
      }
      passed += part.length
      client.write(part)
    }
  }
}

// The host has told that the command has ended, but not yet all that it wrote: of that it waits to hear what came.
it('much that a command wrote comes whole through a link that stalls while it ends', async () => {
  const sizes = Array.from({ length: points(4, 20) }, (_, i) => window + 40_000 + i)
  const came = await Promise.all(
    sizes.map((size) =>
      withConnection(detour.target, (connection) =>
        connection.exec(['head', '-c', String(size), '/dev/zero'], { as: 'root', signal: never }),
      ),
    ),
  )
  expect(came.map(({ code, stdout }) => [code, stdout.length])).toEqual(sizes.map((size) => [0, size]))
})
