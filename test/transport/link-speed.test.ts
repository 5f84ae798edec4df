import { expect, describe, it } from 'vitest'
import { createLinkMeter, isFast, isSlow, paysToPack } from '../../src/transport/link-speed.ts'
import { shellConnection } from '../support/shell-connection.ts'
import { shells } from '../support/shells.ts'
import { never } from '../support/transport.ts'

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
    script: (text, options) => {
      scripts++
      return connection.script(text, options)
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

it('of bytes that are on their way', async () => {
  const meter = createLinkMeter()
  const { bytes, arrived } = meter.timed(
    (async function* () {
      for (let i = 0; i < 20; i++) yield await Promise.resolve(Buffer.alloc(100_000))
    })(),
  )
  let size = 0
  for await (const chunk of bytes) size += chunk.length
  expect(meter.facts().rate).toBeUndefined()
  arrived()
  expect(size).toBe(2_000_000)
  expect(meter.facts().rate).toBeGreaterThan(0)
})
