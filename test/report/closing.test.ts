import { describe, expect, it } from 'vitest'
import { failuresText, nextText, resultText, tallyText } from '../../src/report/closing.ts'
import { emptyOutcome, gather } from '../../src/report/outcome.ts'
import { uncoloured } from '../../src/report/style.ts'

const finished = { event: 'finished', ok: true, changed: 1, unchanged: 0, failed: 0, durationMs: 1 } as const
const url = 'http://192.168.60.3:7000'
const step = {
  ...{ id: 'web/file/a', host: 'web', kind: 'file', name: '/a', operation: 'update' as const },
  ...{ changes: [{ field: 'mode', from: '644', to: '600' }], needs: [], actions: [], undo: [] },
}
const plan = { playbook: 'shop', environment: 'shop', steps: [step] }

it('a run that leaves the rest to the next one is told in one quiet line, and not as done', () => {
  const look = { style: uncoloured, columns: 80, commandLine: () => '' }
  const last = { ...finished, changed: 0, again: true } as const
  const outcome = { ...emptyOutcome(), command: 'refresh', isUnderWay: true, plan, finished: last }
  expect([resultText(outcome, look), nextText(outcome, look), tallyText(outcome, last, look)]).toEqual([
    '',
    '',
    'saved meanwhile: the next run does the rest · 0.0 s',
  ])
})

describe('what is asked again at its turn', () => {
  const look = { style: uncoloured, columns: 80, commandLine: () => '' }
  const change = { field: 'unless', from: 'exit code 0', to: 'asked again', because: ['web › file /a'] }
  const ask = { ...step, id: 'web/command/c', kind: 'command', name: 'c', operation: 'ask' as const }
  const steps = [step, { ...ask, changes: [change] }]
  const first = '~ web › file /a\n    mode: 644 → 600'
  const told = 'web › command c\n    unless: exit code 0 → asked again ← web › file /a'

  it('is told in a plan as what may change', () => {
    const outcome = { ...emptyOutcome(), command: 'plan', plan: { ...plan, steps }, finished }
    expect(resultText(outcome, look)).toBe(
      `${first}\n${told.replace('web › command c', '? web › command c (if need be)')}`,
    )
    expect(tallyText(outcome, finished, look)).toMatch(/^1 to change, 1 to ask again · /)
  })

  it.each([
    ['changed where it did', [], `${first}\n~ ${told}`],
    ['nothing where it did not', [ask.id], first],
  ])('is told after that as %s', (_, needless, text) => {
    const outcome = { ...emptyOutcome(), command: 'refresh', plan: { ...plan, steps }, finished }
    for (const task of needless)
      gather(outcome, { event: 'task-finished', task, durationMs: 1, needless: true })
    expect(resultText(outcome, look)).toBe(text)
  })
})

it('of a run that failed, the changes are told as what was planned', () => {
  const look = { style: uncoloured, columns: 80, commandLine: () => '' }
  const outcome = { ...emptyOutcome(), command: 'refresh', plan, finished: { ...finished, ok: false } }
  expect(resultText(outcome, look)).toBe('planned:\n~ web › file /a\n    mode: 644 → 600')
})

it.each([
  [['action', 'host'] as const, 'details: /a.tar.gz'],
  [['action', 'bug'] as const, 'attach it to a bug report: /a.tar.gz'],
])('what explains failures of %j is offered as', (codes, where) => {
  const look = { style: uncoloured, columns: 80, commandLine: () => '' }
  const failures = codes.map((code) => ({ code, message: 'x' }))
  const texts = failuresText({ ...emptyOutcome(), failures, capsule: '/a.tar.gz' }, look).split('\n\n')
  expect(texts).toEqual(['✖ x', '✖ x', where])
})

it('of destroy is said what holds of hosts of the user’s own, too, on which something stays', () => {
  const look = {
    style: uncoloured,
    columns: 80,
    commandLine: (...words: readonly string[]) => words.join(' '),
  }
  const outcome = { ...emptyOutcome(), command: 'quickstart', finished }
  expect(nextText(outcome, look)).toMatch(/\n {2}destroy +removes it, and tells what is left$/)
})

it.each([10, 40, Infinity])('what is clicked or copied is whole on %i columns', (columns) => {
  const commandLine = (...words: readonly string[]) => ['npx provision', ...words, '--env test'].join(' ')
  const look = { style: uncoloured, columns, commandLine }
  const endpoint = { container: 'user', called: 'user', name: 'http', host: '192.168.60.3', port: 7000, url }
  const outcome = { ...emptyOutcome(), command: 'quickstart', endpoints: [endpoint], finished }
  expect(resultText(outcome, look)).toContain(url)
  expect(nextText(outcome, look)).toContain('npx provision logs -f user --env test')
})

it.each([
  ['plan', /provision refresh\s+carries it out/],
  // Which run it was about is not for us to say.
  ['rollback --plan', /^$/],
])('after %s it is said what carries it out', (command, next) => {
  const commandLine = (...words: readonly string[]) => ['npx provision', ...words].join(' ')
  const look = { style: uncoloured, columns: 80, commandLine }
  const outcome = { ...emptyOutcome(), command, plan, finished }
  expect(resultText(outcome, look)).toBe('~ web › file /a\n    mode: 644 → 600')
  expect(tallyText(outcome, finished, look)).toMatch(/^1 to change · /)
  expect(nextText(outcome, look)).toMatch(next)
})

describe('a plan of hosts that do not all run', () => {
  const look = {
    style: uncoloured,
    columns: 80,
    commandLine: (...words: readonly string[]) => words.join(' '),
  }
  const step = {
    ...{ id: 'web/file/a', host: 'web', kind: 'file', name: '/a', operation: 'create' as const },
    ...{ changes: [], needs: [], actions: [], undo: [] },
  }
  const same = { ...step, operation: 'none' as const }
  const stopped = { name: 'db', state: 'stopped' as const }

  it.each([
    ['all are stopped', [], [stopped], 'what is on db is not known', /refresh +starts what is stopped/],
    [
      'one is stopped and the others are fine',
      [same],
      [stopped],
      'no changes: 1 resource as they should be, what is on db is not known',
      /refresh +starts what is stopped/,
    ],
    [
      'one is stopped and others change',
      [step],
      [stopped],
      '1 to create, what is on db is not known',
      /refresh +starts/,
    ],
    [
      'one is missing',
      [step, same],
      [{ name: 'web', state: 'missing' as const }, stopped],
      '1 to create, what is on db is not known',
      /quickstart +carries it out/,
    ],
  ])('%s', (_, steps, absent, tally, next) => {
    const plan = { playbook: 'shop', environment: 'shop', steps, absent }
    const outcome = { ...emptyOutcome(), command: 'plan', plan, finished }
    expect(tallyText(outcome, finished, look)).toBe(`${tally} · 0.0 s`)
    expect(nextText(outcome, look)).toMatch(next)
  })
})
