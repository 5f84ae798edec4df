import { expect, test } from 'vitest'
import type { PhaseRow, TaskRow } from '../../src/report/board.ts'
import { phaseTitle, taskLines } from '../../src/report/rows.ts'
import { uncoloured } from '../../src/report/style.ts'

const at = (now: number) => ({ style: uncoloured, spinner: '*', now })

const task = (more: Partial<TaskRow>): TaskRow => ({
  ...{ id: 'a', phase: 'build', host: undefined, title: 'user.jar', startedAt: 5_000, state: 'running' },
  ...{ durationMs: undefined, line: '', progress: undefined },
  ...more,
})

test.each<[string, number, Partial<PhaseRow>, string]>([
  ['a moment ago says nothing of time', 5_999, {}, 'Build'],
  ['a second ago', 6_000, {}, 'Build        1.0 s'],
  ['a while ago counts whole seconds', 17_900, {}, 'Build        12 s'],
  ['with a summary', 17_900, { summary: '3 images' }, 'Build        3 images · 12 s'],
  ['that is over tells its own time', 99_000, { state: 'done', durationMs: 1_240 }, 'Build        1.2 s'],
  ['that was over at once tells that', 99_000, { state: 'done', durationMs: 20 }, 'Build        0.0 s'],
])('a phase that began %s', (_, now, more, title) => {
  const row: PhaseRow = {
    phase: 'build',
    startedAt: 5_000,
    state: 'running',
    durationMs: undefined,
    summary: '',
  }
  expect(phaseTitle({ ...row, ...more }, at(now))).toBe(title)
})

test.each<[string, number, Partial<TaskRow>, string]>([
  ['a moment ago', 5_999, {}, '* user.jar'],
  ['a while ago', 7_500, {}, '* user.jar  2.0 s'],
  [
    'a while ago, has come so far and says something',
    7_500,
    { progress: { done: 3, total: 7, unit: 'steps' }, line: 'compiling' },
    '* user.jar  step 3 of 7 · 2.0 s · compiling',
  ],
  ['and is done', 7_500, { state: 'done', durationMs: 1_240, line: 'made' }, '✔ user.jar  made · 1.2 s'],
])('a task that began %s', (_, now, more, line) => {
  expect(taskLines([task(more)], at(now))).toEqual([line])
})
