import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, describe, it, vi } from 'vitest'
import { deltaFrom } from '../../../src/transport/files/batch.ts'
import { createLinkMeter } from '../../../src/transport/link/meter.ts'
import { isFast, isSlow, isVerySlow, paysToPack } from '../../../src/transport/link/facts.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { never } from '../../support/transport.ts'

describe('what is known of a link', () => {
  it.each<
    readonly [
      string,
      readonly (readonly [number, number])[],
      { slow: boolean; fast: boolean; packs: boolean },
    ]
  >([
    ['nothing', [], { slow: false, fast: false, packs: true }],
    ['too little to tell', [[900_000, 9_000]], { slow: false, fast: false, packs: true }],
    ['2 MB/s', [[2_000_000, 1_000]], { slow: true, fast: false, packs: true }],
    ['20 MB/s', [[2_000_000, 100]], { slow: false, fast: false, packs: false }],
    ['what fits into buffers is no proof', [[2_000_000, 1]], { slow: false, fast: false, packs: false }],
    ['100 MB/s, proven', [[10_000_000, 100]], { slow: false, fast: true, packs: false }],
    [
      'what came last counts',
      [
        [10_000_000, 100],
        [10_000_000, 5_000],
      ],
      { slow: true, fast: false, packs: true },
    ],
  ])('%s', (_, seen, { slow, fast, packs }) => {
    const meter = createLinkMeter()
    meter.hasGzip(true)
    for (const [bytes, milliseconds] of seen) meter.saw(bytes, milliseconds)
    const facts = meter.facts()
    expect([isSlow(facts), isFast(facts), paysToPack(facts)]).toEqual([slow, fast, packs])
  })

  it('a host without gzip gets nothing packed', () => {
    const meter = createLinkMeter()
    meter.hasGzip(false)
    meter.saw(2_000_000, 1_000)
    expect(paysToPack(meter.facts())).toBe(false)
  })
})

it.each(shells)('is measured once by $title, however many ask', async (shell) => {
  const connection = shellConnection(shell)
  let scripts = 0
  const counted: typeof connection = {
    ...connection,
    openly: (text, options) => {
      scripts++
      return connection.openly(text, options)
    },
  }
  const meter = createLinkMeter()
  const [one, two] = await Promise.all([meter.measure(counted, never), meter.measure(counted, never)])
  expect(one).toEqual(two)
  expect(one.rate).toBeGreaterThan(0)
  expect(one.packs).toBe(true)
  expect(await meter.measure(counted, never)).toEqual(one)
  expect(scripts).toBe(1)
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('what measuring takes', () => {
  const kB = 1_024
  /**
   * A host that reads so fast, and later than that by what each burst meets on the way, and by what this process does for others
   * meanwhile. Bytes a second, milliseconds.
   */
  async function measured(rate: number, late: readonly number[], own: readonly number[] = []) {
    let [now, busy, sent, bursts] = [1, 0, 0, 0]
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    vi.spyOn(performance, 'eventLoopUtilization').mockImplementation((since) => {
      return { idle: 0, active: busy - (since?.active ?? 0), utilization: 0 }
    })
    const connection = shellConnection({ title: 'none', argv: ['sh'] })
    const { measure } = createLinkMeter()
    const found = await measure(
      {
        ...connection,
        async openly(_, options) {
          if (!('onLine' in options)) throw new Error('a measurement sends, and listens')
          const { stdin, onLine } = options
          onLine?.('gzip', 'stdout')
          for await (const chunk of stdin) {
            const size = Buffer.isBuffer(chunk) ? chunk.length - (chunk.indexOf('\n') + 1) : NaN
            sent += size
            const work = own[bursts] ?? 0
            busy += work
            now += (size / rate) * 1_000 + (late[bursts++] ?? 0) + work
            onLine?.('got', 'stdout')
          }
          return { code: 0, stdout: Buffer.alloc(0), stderr: '' }
        },
      },
      never,
    )
    return { sent: sent / kB, found }
  }

  it.each<readonly [string, number, readonly number[], number, { slow: boolean; very: boolean }]>([
    ['100 kB/s', 100_000, [], 33, { slow: true, very: true }],
    ['2 MB/s', 2_000_000, [], 33, { slow: true, very: true }],
    ['2 MB/s, far away', 2_000_000, [80, 80, 80], 33, { slow: true, very: true }],
    ['2 MB/s, busy at first', 2_000_000, [2], 33, { slow: true, very: true }],
    ['5 MB/s', 5_000_000, [], 145, { slow: true, very: false }],
    ['20 MB/s', 20_000_000, [], 81, { slow: false, very: false }],
    ['a local one', 500_000_000, [], 81, { slow: false, very: false }],
    ['a local one, far away', 500_000_000, [80, 80, 80, 80], 81, { slow: false, very: false }],
    ['a local one, once busy', 500_000_000, [0, 50], 97, { slow: false, very: false }],
    ['a local one, busy later', 500_000_000, [0, 0, 50], 145, { slow: false, very: false }],
    ['a local one, busy twice', 500_000_000, [0, 50, 0, 50], 161, { slow: false, very: false }],
    ['a local one, busy for long', 500_000_000, [0, 0, 50, 50], 145, { slow: true, very: true }],
    ['5 MB/s, busy at first', 5_000_000, [50], 81, { slow: false, very: false }],
  ])('%s', async (_, rate, late, kilobytes, { slow, very }) => {
    const { sent, found } = await measured(rate, late)
    expect(found.packs).toBe(true)
    expect(sent).toBe(kilobytes)
    expect([isSlow(found), isVerySlow(found)]).toEqual([slow, very])
  })

  it.each<readonly [string, number, boolean]>([
    ['a local one is none', 500_000_000, false],
    ['one of 5 MB/s is one all the same', 5_000_000, true],
  ])('what this process does for others makes no slow link: %s', async (_, rate, slow) => {
    const { found } = await measured(rate, [], [0, 5, 50, 50])
    expect(isSlow(found)).toBe(slow)
  })

  it.each([
    ['nobody knows it', undefined, 4_000_000],
    ['100 kB/s', 100_000, 262_144],
    ['2 MB/s', 2_000_000, 262_144],
    ['5 MB/s', 5_000_000, 1_250_000],
    ['40 MB/s', 40_000_000, 4_000_000],
  ])('from which size on a difference is looked for: %s', (_, rate, size) => {
    expect(deltaFrom(rate)).toBe(size)
  })
})

describe('bytes on their way among other work', () => {
  // The host checks and puts in place what arrives, and other hosts get theirs meanwhile.
  it.each([
    ['are no reason to take the link for a slower one', 30_000_000, 20, 30_000_000],
    ['show that it is faster', 1_000_000, 0, 2_000_000],
    ['tell nothing where nothing is known', undefined, 0, undefined],
  ])('%s', async (_, known, pause, least) => {
    const meter = createLinkMeter()
    if (known !== undefined) meter.saw(known, 1_000)
    const { bytes, arrived } = meter.timed(
      (async function* () {
        for (let i = 0; i < 20; i++) yield await Promise.resolve(Buffer.alloc(100_000))
      })(),
    )
    for await (const chunk of bytes) if (pause > 0) await sleep(pause, chunk)
    arrived()
    const { rate } = meter.facts()
    if (least === undefined) expect(rate).toBeUndefined()
    else expect(rate).toBeGreaterThanOrEqual(least)
  })
})
