import { expect, it } from 'vitest'
import type { Failure } from '../../src/core/event.ts'
import { emptyOutcome, gather } from '../../src/report/outcome.ts'

const told = (...failures: readonly Failure[]): readonly Failure[] => {
  const outcome = emptyOutcome()
  for (const failure of failures) gather(outcome, { event: 'failed', failure })
  return outcome.failures
}

const short: Failure = { code: 'build', message: 'image web: failed' }
const full: Failure = { ...short, output: 'the end of its output' }
const other: Failure = { code: 'build', message: 'image app: failed' }
const stopped: Failure = { code: 'interrupted', message: 'stopped by SIGINT' }
const cut: Failure = { code: 'interrupted', message: 'app › container qa: interrupted' }
const bug: Failure = { code: 'bug', message: 'x is undefined' }
const placed: Failure = { code: 'playbook', message: 'x is undefined', place: '/a/playbook.ts:3:1' }
const mistake: Failure = { code: 'playbook', message: 'there is no host "wbe"' }
const mistakeThere: Failure = { ...mistake, place: '/a/playbook.ts:4:9' }

it.each([
  ['different failures, in their order', [short, other], [short, other]],
  ['one failure told twice only once', [short, short], [short]],
  ['the fuller telling of one', [short, full], [full]],
  ['the fuller telling of one, whichever came first', [full, short], [full]],
  ['a stop, and not all that it interrupted', [cut, cut, stopped], [stopped]],
  ['the place of an error rather than the error alone', [bug, placed], [placed]],
  ['a mistake with its place rather than without', [mistake, mistakeThere], [mistakeThere]],
  ['a stop besides what had failed before', [short, cut, stopped], [short, stopped]],
])('keeps %s', (_, failures, kept) => expect(told(...failures)).toEqual(kept))
