import { afterAll, beforeAll, describe, it } from 'vitest'
import { effort, tally } from '../support/faults.ts'
import { faultyProxy, type Path, type Weather } from '../support/faulty-proxy.ts'
import { hostJob, type JobOptions } from '../support/host-job.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { sharedUplink } from '../support/shared-uplink.ts'
import { survive } from '../support/survive.ts'

const { seed, points } = effort()
const isAll = points(0, 1) === 1

let sshd: Sshd
beforeAll(async () => (sshd = await startSshd()))
afterAll(() => sshd.stop())

interface Row {
  readonly path: Path
  readonly job: JobOptions
  readonly sample?: true
  /** Seconds. */
  readonly within?: number
}

const both = (weather: Weather): Path => ({ up: weather, down: weather })

/** Links that are bad, but not dead: all of it has to be done in the end. */
const rows: Readonly<Record<string, Row>> = {
  'segments of 24 bytes': { path: both({ segment: 24 }), job: { large: 0, small: 6 }, sample: true },
  'segments of 1 byte there': {
    path: { up: { segment: 1 } },
    job: { large: 0, small: 30 },
  },
  '20 kB/s, 300 kB in small files': {
    path: both({ rate: 20_000 }),
    job: { large: 0, small: 56 },
    within: 120,
  },
  '20 kB/s there only': { path: { up: { rate: 20_000 } }, job: { large: 0, small: 70 }, within: 120 },
  '100 kB/s, a large file': {
    path: both({ rate: 100_000 }),
    job: { large: 5_000_000, small: 4 },
    within: 240,
  },
  '20 kB/s back, 4,000 files asked for': {
    path: { down: { rate: 20_000 } },
    job: { large: 0, small: 400 },
    within: 240,
  },
  '5 % of segments 300 ms late': {
    path: both({ segment: 1_448, late: { chance: 0.05, by: 300 } }),
    job: { large: 0, small: 30 },
    sample: true,
    within: 120,
  },
  '20 % of segments 200 ms late': {
    path: both({ segment: 1_448, late: { chance: 0.2, by: 200 } }),
    job: { large: 0, small: 30 },
    within: 240,
  },
}

describe('a link with', () => {
  let survived = 0
  afterAll(() => tally('bad links survived', survived))
  for (const [title, { path, job: options, sample, within = 60 }] of Object.entries(rows)) {
    it.runIf(isAll || sample)(title, async () => {
      const proxy = await faultyProxy(sshd, seed, () => path)
      try {
        const job = hostJob(sshd.folder, seed + survived, options)
        await survive(job, proxy.target, 'done', { within })
        survived++
      } finally {
        await proxy.stop()
      }
    })
  }

  it('a long queue that all connections share, a large file', async () => {
    const uplink = await sharedUplink(sshd, { rate: 300_000, queue: 3_000_000 })
    try {
      const job = hostJob(sshd.folder, seed + 100, { large: 4_000_000, small: 4 })
      await survive(job, uplink.target, 'done', { within: 60 })
      survived++
    } finally {
      await uplink.stop()
    }
  })
})
