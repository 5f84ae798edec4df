import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { delayingProxy } from '../bench/delaying-proxy.ts'
import { optionsFrom } from '../bench/options.ts'
import { pictureOf } from '../bench/picture.ts'
import { run } from '../bench/processes.ts'
import { outcomeOf, type Outcome } from '../bench/outcome.ts'
import { tableOf } from '../bench/show.ts'
import { showRatio, showValue } from '../bench/show-value.ts'
import { ratioOf, summaryOf } from '../bench/statistics.ts'
import { until } from '../bench/waiting.ts'
import { floor, peer } from '../bench/contenders.ts'
import type { Unit, Workload } from '../bench/workload.ts'
import { workloads } from '../bench/workloads/index.ts'
import { bash } from '../scripts/bash.ts'

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('what repetitions come to', () => {
  test.each<[string, readonly number[], number, number, number]>([
    ['one', [4], 4, 4, 4],
    ['an odd number, in any order', [9, 1, 5], 5, 1, 9],
    ['an even number', [10, 2, 4, 8], 6, 2, 10],
    ['an outlier counts for little', [3, 3, 900, 3, 4], 3, 3, 900],
  ])('%s', (_, values, median, min, max) => {
    expect(summaryOf(values)).toEqual({ median, min, max, values })
  })

  test('nothing comes to nothing', () => {
    expect(() => summaryOf([])).toThrow(RangeError)
  })

  test.each<[string, readonly number[], readonly number[], readonly number[]]>([
    ['each round against its own floor', [10, 40], [5, 10], [2, 4]],
    ['a round whose floor was not measured is left out', [10, 40], [5], [2]],
    ['a floor of nothing has no ratio', [10, 40], [0, 10], [4]],
  ])('ratio: %s', (_, values, floors, ratios) => {
    expect(ratioOf(values, floors)?.values).toEqual(ratios)
  })

  test('ratio: nothing without a round that both have', () => {
    expect(ratioOf([1, undefined], [undefined, 2])).toBeUndefined()
  })
})

describe('how it is shown', () => {
  test.each<[number, Unit, string]>([
    [0.4, 'ms', '0 ms'],
    [999.4, 'ms', '999 ms'],
    [999.6, 'ms', '1.00 s'],
    [12_340, 'ms', '12.3 s'],
    [123_400, 'ms', '123 s'],
    [912, 'kB', '912 kB'],
    [1_578, 'kB', '1.58 MB'],
    [231.4, 'MB', '231 MB'],
    [1_200, 'MB', '1.20 GB'],
    [9, 'round trips', '9 round trips'],
    [2.3333, 'round trips', '2.3 round trips'],
  ])('%d %s is %s', (value, unit, text) => {
    expect(showValue(value, unit)).toBe(text)
  })

  test.each<[number, string]>([
    [0, '0.00×'],
    [0.00486, '0.005×'],
    [1.234, '1.23×'],
    [12.34, '12.3×'],
  ])('ratio %d is %s', (ratio, text) => {
    expect(showRatio(ratio)).toBe(text)
  })

  const workload: Workload = {
    name: 'edit',
    title: 'edit <one> & "two"',
    figures: {
      time: { title: 'time', unit: 'ms', most: 450 },
      sent: { title: 'sent', unit: 'kB' },
    },
    against: [
      floor('`cp`', { goals: { time: { within: 4 } } }),
      peer('rsync', '`rsync -z`', { goals: { sent: { times: 2 } }, most: 1 }),
      peer('vagrant', '`vagrant up`'),
    ],
    open: () => Promise.reject(new Error('not measured here')),
  }
  const rounds = {
    ours: [
      { time: 400, sent: 10 },
      { time: 600, sent: 10 },
      { time: 500, sent: 10 },
    ],
    floor: [{ time: 100 }, { time: 200 }, { time: 300 }],
    rsync: [{ time: 800, sent: 15 }],
  }
  const outcome: Outcome = outcomeOf(workload, rounds, { versions: {}, missing: { vagrant: 'no network' } })

  test('the table tells the median, the least and the most of everybody, and which goals are reached', () => {
    expect(tableOf([outcome])).toBe(
      [
        'edit <one> & "two"',
        '  ours     500 ms (400 ms … 600 ms)                                  goal 450 ms  NOT REACHED',
        '  floor    200 ms (100 ms … 300 ms)   ours is 3.00× (1.67× … 4.00×)  goal ≤ 4×    reached',
        '  rsync    800 ms                     2.00× ours',
        '  Vagrant  not installed: no network',
        '',
        'edit <one> & "two": sent',
        '  ours     10 kB',
        '  rsync    15 kB                      1.50× ours                     goal ≥ 2×    NOT REACHED',
        '  Vagrant  not installed: no network',
        '',
        'who did what:',
        '  edit <one> & "two"',
        '    floor: `cp`',
        '    rsync: `rsync -z`',
        '    Vagrant: `vagrant up`',
        '',
        'goals reached: 1 of 3',
      ].join('\n'),
    )
  })

  test('one that failed is shown as such, with what was measured of the others', () => {
    const failed = new Map([['floor', 'cp: ended with 1']])
    const { ours, rsync } = rounds
    const broken = outcomeOf(workload, { ours, rsync }, { versions: {}, missing: {} }, failed)
    expect(tableOf([broken])).toContain('  floor  failed: cp: ended with 1\n')
    expect(tableOf([broken])).toContain('  rsync  800 ms')
  })

  test('the picture draws all bars to one scale, and no text of it is taken for markup', () => {
    const picture = pictureOf([outcome], ['a < b'])
    const widths = [...picture.matchAll(/<rect x="160".*? width="(\d+)"/g)].map(([, width]) => Number(width))
    expect(widths).toEqual([275, 110, 440, 1, 293, 440, 1])
    expect(picture).toContain('edit &lt;one&gt; &amp; &quot;two&quot;')
    expect(picture).toContain('<title>a &lt; b</title>')
    expect(picture.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/)
  })

  test('a figure of which ours tells nothing is a mistake', () => {
    expect(() => outcomeOf(workload, { ours: [{ time: 1 }] }, { versions: {}, missing: {} })).toThrow('sent')
  })
})

describe('options', () => {
  const known = ['quickstart', 'help']

  test.each<[string, readonly string[], object]>([
    ['none', [], { runs: 3, only: [], json: false }],
    ['all', ['--runs', '3', '--only', 'help', '--json'], { runs: 3, only: ['help'], json: true }],
    ['several workloads', ['--only=help', '--only=quickstart'], { only: ['help', 'quickstart'] }],
  ])('%s', (_, argv, options) => {
    expect(optionsFrom(argv, known, ['floor', 'pyinfra'])).toMatchObject(options)
  })

  test.each<[readonly string[], RegExp]>([
    [['--runs', '0'], /--runs 0: not a number from 1 to 100/],
    [['--runs', 'many'], /--runs many/],
    [['--runs', '2.5'], /--runs 2.5/],
    [['--only', 'halp'], /--only halp: there are quickstart, help/],
    [['--without', 'ansibel'], /--without ansibel: there are floor, pyinfra/],
    [['--fast'], /--fast/],
    [['help'], /help/],
  ])('%j is refused', (argv, message) => {
    expect(() => optionsFrom(argv, known, ['floor', 'pyinfra'])).toThrow(message)
  })
})

describe('the workloads', () => {
  test('every one has a name of its own', () => {
    const names = workloads.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  test.each(workloads)(
    '$name: contenders have names of their own, and goals for figures there are',
    (workload) => {
      const { against, figures } = workload
      const names = ['ours', ...against.map(({ name }) => name)]
      expect(new Set(names).size).toBe(names.length)
      expect(Object.keys(figures)).toEqual(
        expect.arrayContaining(against.flatMap(({ goals = {} }) => Object.keys(goals))),
      )
    },
  )
})

describe('programs', () => {
  const { signal } = new AbortController()

  test('what one prints, and how long it took', async () => {
    const { stdout, ms } = await run(['sh', '-c', 'sleep 0.05; echo "$1"', 'sh', 'a "b" $c'], { signal })
    expect(stdout).toBe('a "b" $c\n')
    expect(ms).toBeGreaterThanOrEqual(50)
  })

  test('one that fails tells why', async () => {
    await expect(run(['sh', '-c', 'echo no >&2; exit 3'], { signal })).rejects.toThrow(/ended with 3\nno/)
  })

  test('an interruption ends it and all that it has started', async () => {
    const stop = new AbortController()
    // It counts as ended only when nobody has its output open any more.
    const running = run(['sh', '-c', 'sleep 60 & wait'], { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
  })

  test('waiting has an end', async () => {
    const never = () => Promise.reject(new Error('not there'))
    await expect(until('the moon', never, { signal, limit: 50 })).rejects.toThrow(
      'the moon: not within 0.05 s',
    )
  })
})

test('a host at a distance: round trips that are waited for one after another are counted, others are not', async () => {
  const echo = createServer((socket) => socket.pipe(socket).on('error', () => undefined))
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  const proxy = await delayingProxy({ address: '127.0.0.1', port: portOf(echo) }, 60)
  const socket = connect({ host: '127.0.0.1', port: proxy.port, noDelay: true })
  let got = 0
  socket.on('data', (data) => (got += data.length))
  const started = performance.now()
  for (let time = 0; time < 3; time++) {
    socket.write('one')
    setTimeout(() => socket.write('two'), 5)
    while (got < 6 * (time + 1)) await once(socket, 'data')
  }
  expect(performance.now() - started).toBeGreaterThanOrEqual(3 * 60)
  expect(proxy.turns()).toBe(3)
  expect(proxy.turns()).toBe(0)
  socket.destroy()
  await proxy.close()
  await new Promise((resolve) => echo.close(resolve))
})

test('bench.sh --help explains and does nothing else', async () => {
  const { code, stdout, stderr } = await bash({ script: 'cd /; "$ROOT/scripts/bench.sh" --help' })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('usage: scripts/bench.sh')
})
