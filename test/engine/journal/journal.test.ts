import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { journalDepth, loadJournal, numbersIn, outdated } from '../../../src/engine/journal/folder.ts'
import { requireWritable } from '../../../src/engine/journal/state-folder.ts'
import { startJournal } from '../../../src/engine/journal/writer.ts'
import type { Event } from '../../../src/core/event.ts'
import { redactor } from '../../../src/core/secret/redactor.ts'
import { secret } from '../../../src/core/secret/index.ts'
import { redactEvent } from '../../../src/report/redact.ts'
import { fakeRun } from '../../support/fake-run.ts'
import { temporaryFolder } from '../../support/folder.ts'

const head = {
  ...{ at: '2026-01-02T03:04:05.000Z', command: 'refresh', playbook: 'shop', environment: 'test' },
  ...{ user: 'ann', host: 'desk', pid: 41, params: {}, versions: {} },
}

const fine = { ok: true, changed: 1, unchanged: 0, failed: 0, durationMs: 5, state: undefined }

function begin(stateDir: string, ...secrets: readonly string[]) {
  const troubles: string[] = []
  const redact = redactor(secrets.map(secret))
  const journal = startJournal({
    ...{ stateDir, head, version: 1, begin: 'at-once' },
    redact: (event) => redactEvent(event, redact),
    onTrouble: (text) => troubles.push(text),
  })
  return { journal, troubles }
}

test.each<[readonly string[], readonly number[]]>([
  [[], []],
  [
    ['10.jsonl', '9.jsonl', '1.jsonl'],
    [1, 9, 10],
  ],
  [['0.jsonl', '01.jsonl', 'a.jsonl', '2.json', '-1.jsonl', '3.jsonl.bak', '1e3.jsonl'], []],
])('the numbers in %j', (names, expected) => {
  expect(numbersIn(names)).toEqual(expected)
})

test.each<[readonly number[], number, readonly number[]]>([
  [[], 3, []],
  [[1, 2], 3, []],
  [[1, 2, 3], 3, [1]],
  [[4, 7, 9, 11, 12], 3, [4, 7, 9]],
])('of %j, with one more and %i to be kept, %j go', (numbers, depth, expected) => {
  expect(outdated(numbers, depth)).toEqual(expected)
})

describe('a journal on the disk', () => {
  it('is for its owner alone, and there line by line', async () => {
    const stateDir = temporaryFolder()
    const { journal } = begin(stateDir)
    const { path: pathOf, write, end } = await journal
    const path = pathOf() ?? ''
    expect([statSync(path).mode & 0o777, statSync(join(stateDir, 'journal')).mode & 0o777]).toEqual([
      0o600, 0o700,
    ])
    const lines = () => readFileSync(path, 'utf8').split('\n').length - 1
    expect(lines()).toBe(1)
    write({ event: 'task-output', task: 'a', line: 'not kept' })
    write({ event: 'note', level: 'info', text: 'kept' })
    expect(lines()).toBe(2)
    end(fine)
    expect(lines()).toBe(3)
  })

  it('holds no secret in plain, base64 or as in a URL', async () => {
    const value = 'p"a s$s/wörd'
    const stateDir = temporaryFolder()
    const { journal } = begin(stateDir, value)
    const { path, write, end } = await journal
    for (const text of [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)]) {
      write({ event: 'note', level: 'info', text: `before ${text} after` })
    }
    end(fine)
    const written = readFileSync(path() ?? '', 'utf8')
    expect(written.match(/before \[secret\] after/g)).toHaveLength(3)
  })

  it(`is one of ${journalDepth} at most, the oldest go`, async () => {
    const stateDir = temporaryFolder()
    for (let i = 0; i < journalDepth + 3; i++) (await begin(stateDir).journal).end(fine)
    const names = readdirSync(join(stateDir, 'journal'))
    expect(names).toHaveLength(journalDepth)
    expect(numbersIn(names)[0]).toBe(4)
    expect(await loadJournal(stateDir, 3)).toBeUndefined()
    expect(await loadJournal(stateDir, 53)).toMatchObject({ state: 'read', run: { head: { number: 53 } } })
  })

  it('goes on in a new file after one that was cut off', async () => {
    const stateDir = temporaryFolder()
    const { path } = await begin(stateDir).journal
    appendFileSync(path() ?? '', '{"ms":3,"eve')
    const next = await begin(stateDir).journal
    for (const event of fakeRun('fine')) next.write(event)
    next.end({ ...fine, state: 'abc' })
    expect(await loadJournal(stateDir, 1)).toMatchObject({ state: 'read', run: { damaged: 1 } })
    expect(await loadJournal(stateDir, 2)).toMatchObject({
      run: { damaged: 0, state: 'abc', finished: { ok: true } },
    })
  })

  it('of a run that may do nothing waits until something is done to a host', async () => {
    const stateDir = temporaryFolder()
    const options = {
      ...{ stateDir, head, version: 1, begin: 'at-change' as const },
      ...{ redact: (event: Event) => event, onTrouble: () => undefined },
    }
    const idle = await startJournal(options)
    idle.write({ event: 'note', level: 'info', text: 'nothing to do' })
    idle.end(fine)
    expect([idle.path(), readdirSync(join(stateDir, 'journal'))]).toEqual([undefined, []])
    const busy = await startJournal(options)
    for (const event of fakeRun('fine')) busy.write(event)
    busy.end(fine)
    const run = await loadJournal(stateDir, 1)
    expect(run).toMatchObject({ run: { head: { number: 1 }, plan: {}, finished: { ok: true } } })
  })

  it('that cannot be begun is told once, and nothing fails', async () => {
    const { journal, troubles } = begin(temporaryFolder({ journal: 'a file where the folder should be' }))
    const { path, write, end } = await journal
    for (const event of fakeRun('fine')) write(event)
    end(fine)
    expect([path(), troubles]).toEqual([undefined, [expect.stringMatching(/no whole journal: /)]])
  })
})

describe('the state folder', () => {
  it('is made for its owner alone, and left empty', async () => {
    const dir = join(temporaryFolder(), 'a', 'b')
    await requireWritable(dir)
    expect([statSync(dir).mode & 0o777, readdirSync(dir)]).toEqual([0o700, []])
  })

  it('that cannot be is told by its path and reason, before anything changes', async () => {
    const file = join(temporaryFolder({ taken: '' }), 'taken')
    await expect(requireWritable(join(file, 'state'))).rejects.toMatchObject({
      code: 'state',
      message: `${join(file, 'state')} cannot be written: a part of the path is not a folder; nothing was changed`,
    })
  })

  it.runIf(process.getuid?.() !== 0)('that is read-only is told', async () => {
    const dir = temporaryFolder()
    chmodSync(dir, 0o500)
    await expect(requireWritable(dir)).rejects.toMatchObject({ code: 'state' })
    chmodSync(dir, 0o700)
    expect(existsSync(dir)).toBe(true)
    writeFileSync(join(dir, 'x'), '')
  })
})
