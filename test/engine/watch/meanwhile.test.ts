import { describe, expect, it } from 'vitest'
import type { Event, Failure, Phase } from '../../../src/core/event.ts'
import { ProvisionError } from '../../../src/core/error.ts'
import { failureOf } from '../../../src/core/track.ts'
import { isOnlyEdited, quietly } from '../../../src/engine/watch/meanwhile.ts'

const failure = (code: Failure['code']): Failure => ({ code, message: `a failure of code ${code}` })
const failed = (code: Failure['code']): Event => ({ event: 'failed', failure: failure(code) })
const taskFailed = (code: Failure['code']): Event => ({
  ...({ event: 'task-failed', task: 'web/tree/www', durationMs: 5 } as const),
  failure: failure(code),
})
const ended =
  (phase: Phase) =>
  (ok: boolean, summary: string): Event => ({ event: 'phase-finished', phase, durationMs: 9, ok, summary })
const [build, apply] = [ended('build'), ended('apply')]
const notBegun: Event = { event: 'note', level: 'warning', kind: 'not-begun', text: 'not begun: b' }
const warning: Event = { event: 'note', level: 'warning', text: 'a warning' }
const finished = { event: 'finished', changed: 1, unchanged: 2, durationMs: 20 } as const
const bad: Event = { ...finished, ok: false, failed: 1 }
const left: Event = {
  event: 'task-finished',
  task: 'web/tree/www',
  durationMs: 5,
  summary: 'left to the next run',
}
const again: Event = { ...finished, ok: true, failed: 0, again: true }

async function told(
  events: readonly Event[],
  signal = new AbortController().signal,
  end: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly Event[]> {
  const all: Event[] = []
  const emit = (event: Event): void => void all.push(event)
  const work = (tell: typeof emit): Promise<void> => {
    events.forEach(tell)
    return end()
  }
  await quietly(emit, signal, work).catch((error: unknown) =>
    all.push({ event: 'failed', failure: failureOf(error) }),
  )
  return all
}

it.each<[Failure['code'][], boolean]>([
  [[], false],
  [['edited'], true],
  [['edited', 'edited'], true],
  [['action'], false],
  [['edited', 'action'], false],
  [['host', 'edited'], false],
  [['interrupted', 'edited'], false],
  [['bug'], false],
])('of failures %j: for nothing but saved files is %s', (codes, expected) => {
  expect(isOnlyEdited(codes.map(failure))).toBe(expected)
})

describe('a run in a watch', () => {
  it.each<[string, readonly Event[], readonly Event[]]>([
    [
      'that failed for files which were saved meanwhile is no failure',
      [taskFailed('edited'), apply(false, '1 failed'), failed('edited'), bad],
      [left, apply(true, 'left to the next run'), again],
    ],
    [
      'that could not build for such files is none either',
      [taskFailed('edited'), build(false, 'failed'), failed('edited'), bad],
      [left, build(true, 'left to the next run'), again],
    ],
    [
      'does not tell what was not begun because of them, but all other warnings',
      [taskFailed('edited'), apply(false, '1 failed'), warning, failed('edited'), notBegun, bad],
      [left, apply(true, 'left to the next run'), warning, again],
    ],
    [
      'that failed for more is told as a failure, with all that failed',
      [
        taskFailed('edited'),
        taskFailed('action'),
        apply(false, 'x'),
        failed('edited'),
        failed('action'),
        bad,
      ],
      [left, taskFailed('action'), apply(false, 'x'), failed('action'), failed('edited'), bad],
    ],
    [
      'that lost a host as well is a failure',
      [taskFailed('edited'), apply(false, 'x'), failed('edited'), failed('host'), notBegun, bad],
      [left, apply(true, 'left to the next run'), failed('host'), notBegun, failed('edited'), bad],
    ],
    [
      'that failed for something else is told as it was',
      [taskFailed('ready'), apply(false, 'x'), failed('ready'), notBegun, bad],
      [taskFailed('ready'), apply(false, 'x'), failed('ready'), notBegun, bad],
    ],
    [
      'that went well is told as it was',
      [apply(true, 'x'), warning, again],
      [apply(true, 'x'), warning, again],
    ],
  ])('%s', async (_, events, expected) => {
    expect(await told(events)).toEqual(expected)
  })

  it('that was stopped leaves nothing to a next one', async () => {
    const events = [taskFailed('edited'), failed('edited'), bad]
    expect(await told(events, AbortSignal.abort())).toEqual([left, failed('edited'), bad])
  })

  it('that ends without a last event hides nothing', async () => {
    const end = () => Promise.reject(new ProvisionError('locked', 'the lock is gone'))
    const all = await told([failed('edited'), notBegun], undefined, end)
    expect(all.slice(0, 2)).toEqual([failed('edited'), notBegun])
    expect(all.slice(2)).toMatchObject([{ event: 'failed', failure: { code: 'locked' } }])
  })
})
