import { describe, expect, it, test } from 'vitest'
import { errorCodes } from '../../../src/core/error.ts'
import type { Event } from '../../../src/core/event.ts'
import {
  endingOf,
  isKept,
  journalLine,
  journalVersion,
  type Ending,
  type RunRecord,
} from '../../../src/core/history/journal.ts'
import { readEnd, readJournal } from '../../../src/core/history/journal-read.ts'
import { showChange } from '../../../src/core/change.ts'
import { secret, showable } from '../../../src/core/secret/index.ts'
import { fakeRun } from '../../support/fake-run.ts'
import { matching } from '../../support/matching.ts'

const head = {
  ...{ journal: journalVersion, number: 7, at: '2026-01-02T03:04:05.000Z', command: 'refresh' },
  ...{ playbook: 'shop', environment: 'test', user: 'ann', host: 'desk', pid: 41 },
  ...{ params: { port: '9090' }, versions: { provision: '0.1.0', node: 'v20.19.0' }, commit: 'abc' },
}

const linesOf = (events: readonly Event[]): string[] =>
  events.filter(isKept).map((event, i) => journalLine(event, i * 100))

const journalOf = (events: readonly Event[]): string =>
  [JSON.stringify(head), ...linesOf(events), ''].join('\n')

function read(text: string): RunRecord {
  const journal = readJournal(text)
  if (journal.state !== 'read') throw new Error(`the journal is ${journal.state}`)
  return journal.run
}

describe('a journal', () => {
  it('tells a run that went well', () => {
    const run = read(journalOf(fakeRun('fine')))
    expect(run).toMatchObject({ head, failures: [], damaged: 0, notes: ['a warning'] })
    expect(run.finished).toEqual({ ok: true, changed: 3, unchanged: 1, failed: 0, durationMs: 2300.4 })
    expect(run.plan?.steps.map(({ id, operation }) => `${operation} ${id}`)).toEqual([
      ...['recreate app/container/user', 'update web/tree/www'],
      ...['none web/container/nginx', 'remove bus/container/old'],
    ])
    expect(run.plan?.steps[0]?.changes).toEqual([
      { field: 'env.PORT', from: '7000', to: '7001', because: ['playbook.ts'] },
    ])
    expect(run.tasks).toMatchObject([
      { id: 'b', phase: 'build', state: 'done', durationMs: 900, summary: '7 steps' },
      { id: 'a', phase: 'apply', host: 'app', state: 'done', durationMs: 500 },
    ])
  })

  it('tells a failure once, with its output', () => {
    const run = read(journalOf(fakeRun('failed')))
    expect(run.failures).toMatchObject([{ code: 'ready', output: matching(/refused/) }])
    expect(run.tasks.at(-1)).toMatchObject({ id: 'a', state: 'failed', durationMs: 30_000 })
    expect(endingOf(run, undefined)).toBe('failed')
  })

  it.each<[string, (text: string) => string, ReturnType<typeof readEnd>]>([
    ['the whole of one', (text) => text, { ok: true, state: undefined }],
    ['its last kilobyte', (text) => text.slice(-1_024), { ok: true, state: undefined }],
    [
      'one with a state',
      (text) => `${text}{"ms":9,"event":"finished","state":"abc"}\n`,
      { ok: false, state: 'abc' },
    ],
    ['one that is cut off', (text) => text.slice(0, -3), undefined],
    ['one without an end', () => journalOf(fakeRun('fine').slice(0, 3)), undefined],
    ['an empty one', () => '', undefined],
  ])('tells its end by %s', (_, cut, expected) => {
    expect(readEnd(cut(journalOf(fakeRun('fine'))))).toEqual(expected)
  })

  it('keeps neither output nor progress', () => {
    expect(linesOf(fakeRun('fine')).filter((line) => /task-(output|progress)/.test(line))).toEqual([])
  })

  it('is read as far as it was written, wherever it was cut off', () => {
    const whole = journalOf(fakeRun('failed'))
    const headEnd = whole.indexOf('\n')
    for (let end = headEnd; end <= whole.length; end++) {
      const run = read(whole.slice(0, end))
      expect(run.damaged).toBeLessThanOrEqual(1)
      expect(run.finished !== undefined).toBe(end >= whole.length - 1)
    }
  })
})

it('hides what an older version noted of a secret, and nothing that looks like it', () => {
  const fields = { id: 'a/container/b', host: 'a', kind: 'container', name: 'b', operation: 'recreate' }
  const changes = [
    { field: 'env.KEY', from: `secret:${'0f'.repeat(16)}`, to: 'secret:santa' },
    { field: 'env.NEW', from: showable(secret('k')), to: undefined },
  ]
  const plan = { playbook: 'p', environment: 'e', steps: [{ ...fields, changes, needs: [] }] }
  const line = JSON.stringify({ ms: 0, event: 'planned', plan })
  const [step] = read(`${JSON.stringify(head)}\n${line}\n`).plan?.steps ?? []
  expect(step?.changes.map(showChange)).toEqual([
    'env.KEY: [secret] → secret:santa',
    'env.NEW: [secret] → none',
  ])
})

it('of very many lines can be read', () => {
  const line = '{"ms":7,"event":"note","level":"info","text":""}\n'
  expect(read(`${JSON.stringify(head)}\n${line.repeat(200_000)}`)).toMatchObject({
    durationMs: 7,
    damaged: 0,
  })
})

it.each([...errorCodes, 'bug'] as const)('keeps the code of a failure: %s', (code) => {
  const run = read(journalOf([{ event: 'failed', failure: { code, message: 'x' } }]))
  expect(run.failures).toMatchObject([{ code }])
})

test.each<[string, string, object]>([
  ['empty', '', { state: 'damaged' }],
  ['cut off in its first line', JSON.stringify(head).slice(0, 40), { state: 'damaged' }],
  ['with another first line', '{"event":"finished"}\n', { state: 'damaged' }],
  ['of bytes', '\u0000\ufffd\u0000\n\u0000', { state: 'damaged' }],
  ['of a newer tool', '{"journal":2,"later":true}\n{"any":1}\n', { state: 'newer', version: 2 }],
  [
    'with damaged lines between',
    [JSON.stringify(head), '{"event":"no', '[]', 'null', '{"ms":5,"event":"finished","ok":true}'].join('\n'),
    { state: 'read', run: { damaged: 3, finished: { ok: true, changed: 0 }, durationMs: 5 } },
  ],
  [
    'with fields of wrong types',
    [
      JSON.stringify({ journal: 1, number: 'x', params: { a: 1, b: 'c' }, versions: 7 }),
      '{"ms":"soon","event":"planned","plan":{"steps":[null,{"id":3,"operation":"dance","changes":{}}]}}',
      '{"event":"task-started","task":4}',
      '{"event":"failed","failure":"no record"}',
    ].join('\n'),
    {
      state: 'read',
      run: {
        head: { number: 0, params: { b: 'c' }, versions: {} },
        plan: { steps: [{ id: '', operation: 'none', changes: [] }] },
        failures: [],
      },
    },
  ],
])('a journal %s', (_, text, expected) => {
  expect(readJournal(text)).toMatchObject(expected)
})

const stopped: Event = { event: 'failed', failure: { code: 'interrupted', message: 'stopped by SIGINT' } }
const end = (ok: boolean): Event => ({
  ...({ event: 'finished', ok, changed: 0, unchanged: 0, failed: 0, durationMs: 1 } as const),
})

test.each<[Ending, readonly Event[], { pid: number; host: string } | undefined]>([
  ['ok', [end(true)], undefined],
  ['failed', [end(false)], undefined],
  ['interrupted', [stopped, end(false)], undefined],
  ['killed', [], undefined],
  ['killed', [], { pid: 42, host: 'desk' }],
  ['killed', [], { pid: 41, host: 'another' }],
  ['running', [], { pid: 41, host: 'desk' }],
])('a run that is %s, with %j, while at work is %j', (ending, events, atWork) => {
  expect(endingOf(read(journalOf(events)), atWork)).toBe(ending)
})
