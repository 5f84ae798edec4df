import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { readJournal } from '../../src/core/history/journal-read.ts'
import { journalVersion } from '../../src/core/history/journal.ts'
import { keptVersion, readKept } from '../../src/core/history/kept.ts'
import { labelVersion } from '../../src/core/label.ts'
import { refuseNewer } from '../../src/core/owned.ts'
import { readArtifactRecord, readImageRecord } from '../../src/engine/build/records.ts'
import { layoutVersion, requireKnownLayout } from '../../src/engine/journal/layout.ts'
import { keptIn, pastRuns } from '../../src/engine/rollback/runs.ts'
import { loadState } from '../../src/engine/rollback/store.ts'
import { matching } from '../support/matching.ts'
import { temporaryFolder } from '../support/folder.ts'

/** What version 1 wrote, as it wrote it; the first journal is from before there was anything kept. */
const fixture = join(import.meta.dirname, '../fixtures/state-1')
const textOf = (path: string): string => readFileSync(join(fixture, path), 'utf8')
const only = (folder: string): string => join(folder, readdirSync(join(fixture, folder))[0] ?? '')
const bumped = (text: string, field: string, version: number): string =>
  text.replace(`"${field}":${version}`, `"${field}":${version + 1}`)
const digestIn = (path: string): string => basename(path, '.json')

describe('what version 1 has written is read', () => {
  it.each([
    ['a journal from before rollback', 'journal/1.jsonl', { number: 1, command: 'quickstart' }, undefined],
    [
      'a journal',
      'journal/3.jsonl',
      { number: 3, file: 'playbooks/rbx/playbook.ts' },
      digestIn(only('kept/states')),
    ],
  ])('%s', (_, path, head, state) => {
    const journal = readJournal(textOf(path))
    expect(journal).toMatchObject({
      state: 'read',
      run: {
        head: { journal: 1, playbook: 'rbx', user: 'ann', ...head },
        finished: { ok: true },
        damaged: 0,
      },
    })
    if (journal.state !== 'read') return
    expect(journal.run.state).toBe(state)
    expect(journal.run.plan?.steps.length).toBeGreaterThan(3)
    expect(journal.run.tasks.filter(({ phase }) => phase === 'apply').length).toBeGreaterThan(3)
  })

  it.each([
    ['the record of an artifact', 'cache/artifacts', readArtifactRecord],
    ['the record of an image', 'cache/images', readImageRecord],
  ])('%s', (_, folder, read) => {
    expect(read(join(fixture, only(folder)))).toMatchObject({
      files: {},
      output: matching(/^(sha256:)?[0-9a-f]{64}$/),
    })
  })

  it('what is kept of a run, which can be rolled back to', async () => {
    const stateDir = temporaryFolder()
    cpSync(fixture, stateDir, { recursive: true })
    const [first, third] = await pastRuns(stateDir)
    expect([first, third]).toMatchObject([
      { number: 1, ok: true, touched: true, state: undefined },
      { number: 3, ok: true, touched: true },
    ])
    expect([...(await keptIn(stateDir))]).toEqual([third?.state])
    expect(await loadState(stateDir, third?.state ?? '')).toMatchObject({
      state: 'read',
      kept: { params: { say: 'default' }, playbook: { file: 'playbooks/rbx/playbook.ts' }, images: [{}] },
    })
  })

  it('a folder without a version', async () => {
    const dir = temporaryFolder({ '.provision/shop/journal/1.jsonl': textOf('journal/1.jsonl') })
    await expect(requireKnownLayout(dir)).resolves.toBeUndefined()
  })
})

describe('what a newer version has written is refused, and told from what is damaged', () => {
  it.each<[string, () => unknown, unknown]>([
    [
      'a journal',
      () => readJournal(bumped(textOf('journal/3.jsonl'), 'journal', journalVersion)),
      { state: 'newer', version: 2 },
    ],
    [
      'what is kept of a run',
      () => readKept(bumped(textOf(only('kept/states')), 'kept', keptVersion), digestIn(only('kept/states'))),
      { state: 'newer', version: 2 },
    ],
  ])('%s', (_, read, expected) => {
    expect(read()).toEqual(expected)
  })

  it('the folder of all', async () => {
    const dir = temporaryFolder({ '.provision/version': `${layoutVersion + 1}` })
    await expect(requireKnownLayout(dir)).rejects.toThrow(/written by a newer provision \(version 2,/)
  })

  it('labels of containers, networks, volumes, nodes and boxes', () => {
    const title = 'box provision/box/coreos:1'
    const newer = { title, version: String(Number(labelVersion) + 1) }
    expect(() =>
      refuseNewer([
        { title: 'x', version: labelVersion },
        { title: 'y', version: undefined },
      ]),
    ).not.toThrow()
    expect(() => refuseNewer([newer])).toThrow(
      `${title} was made by a newer provision (labels of version 2, this one knows 1)`,
    )
  })
})

test('each version has its fixture', () => {
  expect([journalVersion, keptVersion, layoutVersion, Number(labelVersion)]).toEqual([1, 1, 1, 1])
})
