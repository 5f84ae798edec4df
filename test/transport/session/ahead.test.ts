import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAhead, type Ahead } from '../../../src/transport/session/ahead.ts'

const patience = 5_000

interface World {
  readonly ahead: Ahead<string>
  /** Answers the opening of that number: with a thing, or that there is none. */
  readonly answer: (n: number, thing?: string) => void
  readonly breaks: (thing: string) => void
  readonly log: string[]
}

function world(): World {
  const log: string[] = []
  const opening: ((error: Error | undefined, thing?: string) => void)[] = []
  const broken = new Set<string>()
  const ahead = createAhead<string, string>({
    open(done) {
      opening.push(done)
      log.push('open')
    },
    isUsable: (thing) => !broken.has(thing),
    use: (thing, use) => log.push(`${use} uses ${thing}`),
    drop: (thing) => log.push(`drop ${thing}`),
    openFor: (use) => log.push(`open for ${use}`),
  })
  return {
    ahead,
    log,
    answer: (n, thing) => opening[n]?.(thing === undefined ? new Error('refused') : undefined, thing),
    breaks: (thing) => broken.add(thing),
  }
}

describe('what is opened ahead', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const rows: Record<string, readonly [(world: World) => void, readonly string[]]> = {
    'is used where it is there': [
      ({ ahead, answer }) => {
        ahead.open(1)
        answer(0, 'a')
        ahead.use('x')
        ahead.use('y')
      },
      ['open', 'x uses a', 'open for y'],
    ],
    'is dropped where it is given back, also when it comes later': [
      ({ ahead, answer }) => {
        ahead.open(2)
        answer(0, 'a')
        ahead.giveBack()
        answer(1, 'b')
        ahead.use('x')
      },
      ['open', 'open', 'drop a', 'drop b', 'open for x'],
    ],
    'is waited for where it is on its way': [
      ({ ahead, answer }) => {
        ahead.open(1)
        ahead.use('x')
        answer(0, 'a')
        vi.advanceTimersByTime(patience)
      },
      ['open', 'x uses a'],
    ],
    'is used in the order in which it was opened': [
      ({ ahead, answer }) => {
        ahead.open(2)
        answer(1, 'b')
        ahead.use('x')
        ahead.use('y')
        answer(0, 'a')
      },
      ['open', 'open', 'y uses b', 'x uses a'],
    ],
    'is opened only as far as it is not there yet': [
      ({ ahead, answer }) => {
        ahead.open(2)
        answer(0, 'a')
        ahead.open(2)
        ahead.use('x')
        ahead.open(2)
      },
      ['open', 'open', 'x uses a', 'open'],
    ],
    'counts as not there where it was refused': [
      ({ ahead, answer }) => {
        ahead.open(1)
        answer(0)
        ahead.open(1)
        answer(1, 'b')
        ahead.use('x')
      },
      ['open', 'open', 'x uses b'],
    ],
    'is opened anew for who waits for one that is refused': [
      ({ ahead, answer }) => {
        ahead.open(1)
        ahead.use('x')
        answer(0)
      },
      ['open', 'open for x'],
    ],
    'is opened anew where it has ended before it was used': [
      ({ ahead, answer }) => {
        ahead.open(1)
        answer(0, 'a')
        answer(0)
        ahead.use('x')
      },
      ['open', 'open for x'],
    ],
    'is left to who uses it, whatever becomes of it then': [
      ({ ahead, answer }) => {
        ahead.open(1)
        answer(0, 'a')
        ahead.use('x')
        answer(0)
      },
      ['open', 'x uses a'],
    ],
    'is dropped where it can be used no more, and the next one is taken': [
      ({ ahead, answer, breaks }) => {
        ahead.open(2)
        answer(0, 'a')
        answer(1, 'b')
        breaks('a')
        ahead.use('x')
      },
      ['open', 'open', 'drop a', 'x uses b'],
    ],
    'is opened anew where no answer comes, and dropped when it comes later': [
      ({ ahead, answer }) => {
        ahead.open(1)
        ahead.use('x')
        vi.advanceTimersByTime(patience)
        answer(0, 'a')
      },
      ['open', 'open for x', 'drop a'],
    ],
    'is not waited for when it is known that none will come': [
      ({ ahead }) => {
        ahead.open(2)
        ahead.forget()
        ahead.use('x')
      },
      ['open', 'open', 'open for x'],
    ],
  }
  it.each(Object.entries(rows))('%s', (_, [act, expected]) => {
    const one = world()
    act(one)
    expect(one.log).toEqual(expected)
  })
})
