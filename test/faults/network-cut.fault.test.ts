import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { effort, randomFrom, tally } from '../support/faults.ts'
import { faultyProxy, type Path } from '../support/faulty-proxy.ts'
import { hostJob } from '../support/host-job.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { survive, untilNothingIsLeft, type Clear } from '../support/survive.ts'

const { seed, points } = effort()
const isAll = points(0, 1) === 1

let sshd: Sshd
beforeAll(async () => (sshd = await startSshd()))
afterAll(() => sshd.stop())

const noWay: Clear = {
  code: 'host',
  message:
    /^box: 127\.0\.0\.1, port \d+: (no answer within \d+ s|the connection was cut before it was ready)/,
  help: /./,
}
const lost: Clear = {
  code: 'host',
  message: /^box: the connection was lost/,
  help: /whether box is up, then run the same again/,
}

/** Bytes to the host after which a fault comes, by what goes on then; the large file has a connection of its own. */
const moments: Readonly<Record<string, { readonly connection: 0 | 1; readonly after: number }>> = {
  'at connecting': { connection: 0, after: 0 },
  'in the key exchange': { connection: 0, after: 1_200 },
  'at the login': { connection: 0, after: 2_400 },
  'when the host is asked': { connection: 0, after: 3_400 },
  'among the small files': { connection: 0, after: 12_000 },
  'at connecting for the large file': { connection: 1, after: 0 },
  'at the beginning of the large file': { connection: 1, after: 100_000 },
  'in the large file': { connection: 1, after: 2_500_000 },
}

interface Kind {
  readonly title: string
  readonly path: (after: number) => Path
  /** Seconds. */
  readonly within: number
}

const kinds: readonly Kind[] = [
  { title: 'is reset', path: (after) => ({ up: { after, fault: 'reset' } }), within: 20 },
  { title: 'is closed', path: (after) => ({ up: { after, fault: 'close' } }), within: 20 },
  {
    title: 'swallows all, and tells nobody',
    path: (after) => ({ up: { after, fault: 'swallow' } }),
    within: 40,
  },
  {
    title: 'stalls for 30 s on the way there',
    path: (after) => ({ up: { after, fault: 'stall', pause: 30_000 } }),
    within: 60,
  },
  {
    title: 'stalls for 30 s on the way back',
    path: (after) => ({
      down: { after: Math.min(Math.floor(after / 4), 3_500), fault: 'stall', pause: 30_000 },
    }),
    within: 60,
  },
  { title: 'stalls for 2 s', path: (after) => ({ up: { after, fault: 'stall', pause: 2_000 } }), within: 30 },
]

const all = kinds.flatMap((kind) =>
  Object.entries(moments).map(([when, { connection, after }]) => ({ ...kind, when, connection, after })),
)
const random = randomFrom(seed)
const extra = Array.from({ length: points(1, 40) }, (_, i) => {
  const kind = kinds[Math.floor(random() * 3)] ?? kinds[0]
  const connection = random() < 0.4 ? 1 : 0
  const after = Math.floor(random() ** 2 * (connection === 1 ? 5_000_000 : 40_000))
  return kind === undefined
    ? []
    : [{ ...kind, connection, after, when: `point ${i}: connection ${connection}, ${after} bytes` }]
}).flat()

describe('a connection that', () => {
  const ends = { done: 0, refused: 0 }
  afterAll(() => {
    tally('network faults survived: all done', ends.done)
    tally('network faults survived: one clear error', ends.refused)
  })
  const rows = [...(isAll ? all : all.slice(3, 4)), ...extra]
  it.each(rows)('$title $when', async ({ path, connection, after, within }) => {
    const proxy = await faultyProxy(sshd, seed, (number) => (number === connection ? path(after) : {}))
    const job = hostJob(sshd.folder, nextSeed())
    try {
      const end = await survive(job, proxy.target, ['done', noWay, lost], { within })
      ends[end]++
      await proxy.stop()
      if (end === 'done') return
      // The next run does the rest, and takes away what the first has left.
      expect(await survive(job, sshd.target, 'done')).toBe('done')
      await untilNothingIsLeft(job)
    } finally {
      await proxy.stop()
    }
  })
})

let used = seed
const nextSeed = (): number => used++
