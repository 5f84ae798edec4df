import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { digestOf } from '../../src/core/digest.ts'
import { connectHost } from '../../src/transport/host.ts'
import { ownUploads } from '../support/fast-path.ts'
import { startLink, type Link } from '../support/link.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { freshFolder, never } from '../support/transport.ts'

let sshd: Sshd
let slow: Link
beforeAll(async () => {
  sshd = await startSshd({}, [], { prepare: ownUploads })
  slow = await startLink(sshd, { rate: 500_000 })
})
afterAll(async () => {
  await slow.stop()
  await sshd.stop()
})

const old = randomBytes(5_000_000)
const numbers = Array.from({ length: 380 }, (_, i) => i)

/** An archive as a build makes it: entries of some 13 kB, and before each a time. */
const archive = (time: string, order = numbers): Buffer =>
  Buffer.concat(
    order.flatMap((i) => [
      Buffer.from(`PK ${time} class-${i}`),
      old.subarray(i * 13_000, (i + 1) * 13_000 - ((i * 7) % 500)),
    ]),
  )

const small = old.subarray(0, 300_000)
const edited = Buffer.concat([
  small.subarray(0, 100_000),
  Buffer.from('another line'),
  small.subarray(100_000),
])

it.each<readonly [string, Buffer, Buffer, number]>([
  // Checksums of 10,000 parts, some 1.5 parts of 512 bytes around each entry, and how all is put together.
  ['an archive packed anew', archive('1'), archive('2'), 600_000],
  // 119 and 380 have no divisor in common.
  [
    'one in another order',
    archive('1'),
    archive(
      '1',
      numbers.map((i) => (i * 119) % 380),
    ),
    600_000,
  ],
  // 33 kB to measure the link, a few for the login and the scripts.
  ['a small file', small, edited, 60_000],
])('over a slow link goes what has changed: %s', async (name, before, after, most) => {
  const path = join(await freshFolder(sshd, name), 'file')
  const source = join(sshd.folder, `source ${name}`)
  await writeFile(path, before)
  await writeFile(source, after)
  const from = slow.bytes()
  const host = await connectHost(slow.target, never)
  try {
    const outcomes = await host.perform(
      [
        {
          do: 'write',
          path,
          content: { from: 'file', path: source },
          digest: digestOf(after),
          size: after.length,
          mode: undefined,
          owner: undefined,
          group: undefined,
        },
      ],
      never,
    )
    expect(outcomes).toEqual([{ ok: true }])
  } finally {
    await host.close()
  }
  expect((await readFile(path)).equals(after)).toBe(true)
  expect(slow.bytes() - from).toBeLessThan(most)
})
