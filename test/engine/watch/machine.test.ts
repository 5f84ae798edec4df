import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultPace } from '../../../src/engine/watch/machine.ts'
import { play, type Story } from './simulation.ts'

const every = (from: number, step: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step)

/** The first run ends at 105: it begins after a look of 5, and takes 100. */
const rows: [title: string, story: Story, starts: number[]][] = [
  ['a watch begins with a run', { edits: [] }, [5]],
  ['an edit makes a run when it has been quiet for a while', { edits: [1_000] }, [5, 1_045]],
  ['the steps of one save are one run', { edits: [1_000, 1_003, 1_010] }, [5, 1_055]],
  ['a burst of saves is one run', { edits: every(1_000, 30, 20) }, [5, 1_615]],
  ['saves that lie apart are a run each', { edits: [1_000, 1_500] }, [5, 1_045, 1_545]],
  [
    'an edit during a run makes another one right after',
    { edits: [1_000, 1_060], run: 500 },
    [5, 1_045, 1_550],
  ],
  [
    'many edits during a run make one more',
    { edits: [1_000, 1_060, 1_160, 1_260], run: 500 },
    [5, 1_045, 1_550],
  ],
  [
    'one who is just saving when a run ends is let finish',
    { edits: [1_000, 1_130, 1_143] },
    [5, 1_045, 1_188],
  ],
  ['an edit during a look is seen by another look', { edits: [1_000, 1_045], look: 20 }, [20, 1_105]],
  ['an edit during the first run is not lost', { edits: [50], run: 500 }, [5, 510]],
  ['saving without end does not hold up a run for ever', { edits: every(1_000, 30, 60) }, [5, 2_005, 2_815]],
  ['what only stirs makes no run', { edits: [], stirs: every(1_000, 100, 20) }, [5]],
  ['an edit amid what stirs makes one', { edits: [1_500], stirs: every(1_000, 100, 20) }, [5, 1_545]],
  ['what is not heard is found after a rest', { edits: [1_000], deaf: true }, [5, 2_115]],
  ['the user may ask for a run', { edits: [], asks: [1_000] }, [5, 1_005]],
  ['asked during a run, it follows', { edits: [], asks: [1_000, 1_050] }, [5, 1_005, 1_110]],
  [
    'what a run leaves makes another one, though no edit is found',
    { edits: [1_000], leaves: [1] },
    [5, 1_045, 1_150],
  ],
  ['the first run may leave something, too', { edits: [], leaves: [0] }, [5, 110]],
  ['what it leaves is done together with an edit', { edits: [1_000, 1_060], leaves: [1] }, [5, 1_045, 1_150]],
  [
    'it does not hold up one who is just saving',
    { edits: [1_000, 1_130, 1_143], leaves: [1] },
    [5, 1_045, 1_188],
  ],
  ['asked meanwhile, one run is enough', { edits: [1_000], asks: [1_060], leaves: [1] }, [5, 1_045, 1_150]],
  [
    'leaving again and again without an edit comes to an end',
    { edits: [1_000], leaves: [0, 1, 2, 3, 4] },
    [5, 110, 1_045, 1_150],
  ],
  ['a save whose second step is late is one run', { edits: [], halves: [[1_000, 1_150]] }, [5, 1_195]],
  [
    'a file that is emptied for good makes a run a little later',
    { edits: [], halves: [[1_000, 60_000]] },
    [5, 1_405],
  ],
  [
    'no half save holds up what is asked for',
    { edits: [], halves: [[1_000, 60_000]], asks: [1_100] },
    [5, 1_105],
  ],
  [
    'half saves without end do not hold up a run for ever',
    {
      edits: [],
      halves: Array.from({ length: 8 }, (_, i): [number, number] => [1_000 + i * 300, 1_290 + i * 300]),
    },
    [5, 2_005, 3_195, 3_435],
  ],
  ['asking while somebody saves is not made to wait', { edits: [1_000], asks: [1_010] }, [5, 1_015]],
]

describe('when a watch runs', () => {
  it.each(rows)('%s', (_, story, starts) => {
    expect(play(story, defaultPace).runs.map(({ from }) => from)).toEqual(starts)
  })

  it.each([
    ['heard', {}],
    ['unheard', { deaf: true }],
  ] as const)('loses no edit that is %s, runs one at a time, and comes to rest', (_, more) => {
    const time = fc.integer({ min: 0, max: 3_000 })
    const stories = fc.record({
      edits: fc.array(time, { maxLength: 30 }),
      stirs: fc.array(time, { maxLength: 30 }),
      asks: fc.array(time, { maxLength: 3 }),
      look: fc.integer({ min: 0, max: 200 }),
      run: fc.integer({ min: 0, max: 2_000 }),
      leaves: fc.array(fc.nat({ max: 20 }), { maxLength: 10 }),
      halves: fc.array(
        fc.tuple(time, time).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
        { maxLength: 3 },
      ),
    })
    fc.assert(
      fc.property(stories, (story) => {
        const { runs, rest } = play({ ...story, ...more }, defaultPace)
        const saves = story.edits.length + 2 * story.halves.length
        expect(runs.at(-1)?.edits).toBe(saves)
        expect(rest).toBeDefined()
        runs.slice(1).forEach(({ from }, i) => expect(from).toBeGreaterThanOrEqual(runs[i]?.to ?? 0))
        // Each may leave something to one more.
        const most = 1 + saves + story.asks.length
        expect(runs.length).toBeLessThanOrEqual(most + Math.min(most, story.leaves.length))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('ending a watch', () => {
  it.each<[string, Story, number]>([
    ['after a run that left something: all the same', { edits: [1_000], quit: 1_100, leaves: [1] }, 1_145],
    ['at rest: at once', { edits: [], quit: 1_000 }, 1_000],
    ['during a run: when it is over', { edits: [1_000], quit: 1_060, run: 500 }, 1_545],
    ['during a look: when it is over', { edits: [], quit: 2, look: 10 }, 10],
    ['while something is being saved: at once', { edits: [1_000], quit: 1_010 }, 1_010],
    [
      'with edits that are not answered yet: all the same',
      { edits: [1_000, 1_060], quit: 1_100, run: 500 },
      1_545,
    ],
  ])('%s', (_, story, end) => {
    expect(play(story, defaultPace).end).toBe(end)
  })
})

describe('runs that change what they are made from', () => {
  const story: Story = { edits: [1_000], selfish: true, run: 500 }
  const { runs, circles, rest } = play(story, defaultPace, 120_000)
  const between = (from: number, to: number) => runs.filter((run) => run.from >= from && run.from < to).length

  it('are told of once', () => {
    expect([circles, rest]).toEqual([1, undefined])
  })

  it('get pauses in between after a while', () => {
    expect(between(0, 20_000)).toBeGreaterThan(30)
    expect(between(60_000, 80_000)).toBeLessThan(6)
  })

  it('do not make the user wait who asks', () => {
    const { runs } = play({ ...story, asks: [100_000] }, defaultPace, 120_000)
    expect(runs.some(({ from }) => from >= 100_000 && from <= 100_510)).toBe(true)
  })

  it('are not suspected of it where somebody saves again and again', () => {
    const saves = every(1_000, 150, 100)
    expect(play({ edits: saves, run: 140 }, defaultPace).circles).toBe(0)
  })
})
