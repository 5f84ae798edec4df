import { expect, test } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { isKept, journalLine } from '../../src/core/history/journal.ts'
import { readJournal } from '../../src/core/history/journal-read.ts'
import { historyText, rowJson, runText, type Numbered } from '../../src/report/history.ts'
import { uncoloured } from '../../src/report/style.ts'
import { fakeRun } from '../support/fake-run.ts'

const look = { style: uncoloured, columns: Infinity }

const head = (number: number, command: string): string =>
  JSON.stringify({
    ...{ journal: 1, number, at: '2026-01-02T03:04:05.000Z', command, user: 'ann', host: 'desk', pid: 41 },
    ...{ playbook: 'shop', environment: 'test', params: { port: '9090' }, versions: { node: 'v20' } },
  })

const journalOf = (number: number, command: string, events: readonly Event[]): Numbered => {
  const lines = events.filter(isKept).map((event, i) => journalLine(event, i * 1000))
  return { number, journal: readJournal([head(number, command), ...lines].join('\n')) }
}

const fine = journalOf(1, 'quickstart', fakeRun('fine'))
const failed = journalOf(2, 'refresh', fakeRun('failed'))
const cut = journalOf(3, 'apply', fakeRun('fine').slice(0, -1))

test.each<[string, readonly Numbered[], RegExp]>([
  ['nothing', [], /^no run has been recorded yet$/],
  ['a header', [fine], /^run +when +command +by +changed +failed +time +ended\n/],
  [
    'a run that went well',
    [fine],
    /\n1 +2026-01-0\d \d\d:\d\d:\d\d +quickstart +ann@desk +3 +0 +2\.3 s +ok$/,
  ],
  ['a run that failed', [failed], /\n2 .* refresh +ann@desk +2 +1 +32 s +failed$/],
  ['a run that was killed, by its steps', [cut], /\n3 .* apply +ann@desk +1 +0 +\d+\.0 s +killed$/],
  ['a damaged journal', [{ number: 4, journal: { state: 'damaged' } }], /\n4 +journal damaged$/],
  [
    'a newer one',
    [{ number: 5, journal: { state: 'newer', version: 2 } }],
    /\n5 +written by a newer provision$/,
  ],
])('the table shows %s', (_, runs, expected) => {
  expect(historyText(runs, undefined, look)).toMatch(expected)
})

test('a run without an end is at work while it holds the lock', () => {
  expect(historyText([cut], { pid: 41, host: 'desk' }, look)).toMatch(/ running$/)
})

test('a row as data', () => {
  expect(rowJson(fine, undefined)).toEqual({
    ...{ number: 1, at: '2026-01-02T03:04:05.000Z', command: 'quickstart', user: 'ann', host: 'desk' },
    ...{ changed: 3, failed: 0, durationMs: 2300.4, ended: 'ok' },
  })
  expect(rowJson({ number: 4, journal: { state: 'damaged' } }, undefined)).toEqual({
    number: 4,
    ended: 'damaged',
  })
})

test('one run in full: who, plan with changes, steps with times, failure', () => {
  if (failed.journal.state !== 'read') throw new Error('it can be read')
  const text = runText(failed.journal.run, undefined, look)
  expect(text).toMatch(/by +ann@desk \(pid 41\)/)
  expect(text).toMatch(/params +port=9090/)
  expect(text).toMatch(/ended +failed: 2 changed, 1 failed, 32 s/)
  expect(text).toMatch(/~ app › container user \(made anew\)\n +env\.PORT: 7000 → 7001 ← playbook\.ts/)
  expect(text).toMatch(/✖ +apply +app › container user +failed +30 s/)
  expect(text).toMatch(
    /✖ app › container user: not ready after 30 s\n +GET .*refused\nhelp: provision logs user/,
  )
})

test.each(['c', 'container'])('one run in full: a host %s by its name, whatever was done there', (host) => {
  const { journal } = journalOf(4, 'refresh', [
    { event: 'task-started', task: 'a', phase: 'apply', host, title: 'container user' },
    { event: 'task-finished', task: 'a', durationMs: 500 },
  ])
  if (journal.state !== 'read') throw new Error('it can be read')
  expect(runText(journal.run, undefined, look)).toMatch(new RegExp(`apply +${host} › container user +done`))
})

test('one run in full: the log of what was taken back, once, with all that was kept of it', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`)
  const textWith = (log: readonly string[]): string => {
    const output = ['last log lines:', ...log.slice(-20)].join('\n')
    const failure = { code: 'ready', message: 'app › container user: it ended', output, log } as const
    const { journal } = journalOf(4, 'refresh', [{ event: 'failed', failure }])
    return journal.state === 'read' ? runText(journal.run, undefined, look) : journal.state
  }
  expect(textWith(lines)).toMatch(/ {2}its last 30 log lines:\n {2}line 0\n {2}line 1\n/)
  expect(textWith(lines.slice(0, 3)).match(/line 1/g)).toHaveLength(1)
})
