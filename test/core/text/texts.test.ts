import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, showBytes, type Bytes } from '../../../src/core/text/bytes.ts'
import { milliseconds, showDuration, timerLength, type Duration } from '../../../src/core/text/duration.ts'
import { isProvisionError } from '../../../src/core/error.ts'
import { didYouMean, nearest } from '../../../src/core/text/suggest.ts'

const isPlaybookError = (work: () => unknown): boolean => {
  try {
    work()
    return false
  } catch (error) {
    return isProvisionError(error) && error.code === 'playbook' && error.help !== undefined
  }
}

describe('bytes', () => {
  it.each<[Bytes, number]>([
    [0, 0],
    [1024, 1024],
    ['64m', 67_108_864],
    ['1k', 1024],
    ['1.5g', 1_610_612_736],
    ['0.1k', 102],
  ])('%s is %i', (amount, expected) => {
    expect(bytes(amount, 'memory')).toBe(expected)
  })

  it.each([-1, 1.5, NaN, Infinity, 2 ** 53])('%s is none', (amount) => {
    expect(isPlaybookError(() => bytes(amount, 'memory'))).toBe(true)
  })

  it.each<[string, Bytes]>([
    ['exponents', '1e3m'],
    ['hexadecimal', '0x10k'],
    ['a sign', '-5m'],
  ])('are written without %s', (_, amount) => {
    expect(isPlaybookError(() => bytes(amount, 'memory'))).toBe(true)
  })

  it.each([
    [0, '0 B'],
    [312, '312 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [1_500_000, '1.5 MB'],
    [123_456_789, '123 MB'],
    [2e9, '2.0 GB'],
    [3e15, '3000 TB'],
  ])('%i is shown as %s', (count, shown) => {
    expect(showBytes(count)).toBe(shown)
  })
})

describe('milliseconds', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [250, 250],
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
  ])('%s is %i', (duration, expected) => {
    expect(milliseconds(duration, 'timeout')).toBe(expected)
  })

  it.each<Duration>([-1, NaN, Infinity, '1e3s', '-5s', '.5s'])('%s is none', (duration) => {
    expect(isPlaybookError(() => milliseconds(duration, 'timeout'))).toBe(true)
  })

  it.each<[Duration, boolean]>([
    ['576h', true],
    [2_073_600_000, true],
    ['577h', false],
    ['600h', false],
    [2 ** 31, false],
    ['99999999999h', false],
    ['-5s' as const, false],
  ])('%s can be waited for: %s', (duration, expected) => {
    expect(isPlaybookError(() => timerLength(duration, 'timeout'))).toBe(!expected)
  })

  it('says how long can be waited', () => {
    expect(() => timerLength('600h', 'user: ready.timeout')).toThrow(
      'user: ready.timeout: "600h" is longer than 24 days',
    )
  })

  it.each([
    [0, '0.0 s'],
    [340, '0.3 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 0 s'],
    [185_000, '3 min 5 s'],
  ])('%i is shown as %s', (ms, shown) => {
    expect(showDuration(ms)).toBe(shown)
  })

  it('shows no duration with 60 seconds', () => {
    fc.assert(fc.property(fc.nat(10_000_000), (ms) => !/\b60 s/.test(showDuration(ms))))
  })
})

describe('nearest', () => {
  const verbs = [
    'quickstart',
    'refresh',
    'plan',
    'apply',
    'status',
    'stop',
    'start',
    'destroy',
    'logs',
    'ssh',
    'ssh-config',
  ]
  it.each([
    ['quikstart', 'quickstart'],
    ['refersh', 'refresh'],
    ['REFRESH', 'refresh'],
    ['stauts', 'status'],
    ['dest', 'destroy'],
    ['log', 'logs'],
    ['plna', 'plan'],
    ['stpo', 'stop'],
    ['banana', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%j means %s', (word, meant) => {
    expect(nearest(word, verbs)).toBe(meant)
  })

  it('knows every word itself', () => {
    for (const verb of verbs) expect(nearest(verb, verbs)).toBe(verb)
  })

  it('finds a word with one mistake in it, or one as near', () => {
    const isAsNear = (typed: string, verb: string) => nearest(typed, [verb]) === verb
    fc.assert(
      fc.property(fc.constantFrom(...verbs.filter((verb) => verb.length > 3)), fc.nat(), (verb, at) => {
        const i = at % verb.length
        expect(isAsNear(verb.slice(0, i) + verb.slice(i + 1), verb)).toBe(true)
        expect(isAsNear(`${verb.slice(0, i)}#${verb.slice(i)}`, verb)).toBe(true)
      }),
    )
  })
})

describe('didYouMean', () => {
  const many = Array.from({ length: 60 }, (_, i) => `container-${i}`)
  it.each([
    ['app', ['web', 'ap'], 'did you mean "ap"? (known: web, ap)'],
    ['zzz', ['web', 'app'], 'known: web, app'],
    ['x', [], 'there are none'],
    ['zz', many, `known: ${many.slice(0, 30).join(', ')} and 30 more`],
  ])('%j of %j', (word, known, line) => {
    expect(didYouMean(word, known)).toBe(line)
  })
})
