import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Area } from '../../../src/engine/watch/areas.ts'
import { watchFolders, type FolderWatcher } from '../../../src/engine/watch/folders.ts'
import { fill, temporaryFolder } from '../../support/folder.ts'

interface Ear {
  readonly root: string
  readonly watcher: FolderWatcher
  /** Does something, and says whether that was heard. Then follows, as is done before each look. */
  readonly heard: (act: () => void) => Promise<boolean>
}

/** Listens to a folder below which everything counts but what is called `out`. */
function listen(things: Parameters<typeof fill>[1] = {}, path = 'root'): Ear {
  const root = join(temporaryFolder({ keep: '' }), path)
  if (Object.keys(things).length > 0) fill(root, things)
  const onStir = vi.fn()
  const watcher = watchFolders({ onStir, onDeaf: (reason) => expect.unreachable(reason) })
  onTestFinished(() => watcher.close())
  const areas: readonly Area[] = [{ root, depth: 'deep', isOut: (folder) => folder.endsWith('/out') }]
  watcher.follow(areas)
  return {
    root,
    watcher,
    async heard(act) {
      await sleep(60)
      watcher.follow(areas)
      onStir.mockClear()
      act()
      await sleep(60)
      return onStir.mock.calls.length > 0
    },
  }
}

const rows: [title: string, act: (root: string) => void, heard: boolean][] = [
  ['a file that is written', (root) => writeFileSync(join(root, 'a/file'), 'new'), true],
  ['a file that comes', (root) => writeFileSync(join(root, 'a/new'), ''), true],
  ['a file that goes', (root) => rmSync(join(root, 'a/file')), true],
  ['a file that is replaced', (root) => renameSync(join(root, 'a/other'), join(root, 'a/file')), true],
  ['a file deep below', (root) => writeFileSync(join(root, 'a/b/c/file'), 'new'), true],
  [
    'a file in a folder that a link leads to',
    (root) => writeFileSync(join(root, '../far/file'), 'new'),
    true,
  ],
  ['the whole folder going', (root) => rmSync(root, { recursive: true }), true],
  ['what is out', (root) => writeFileSync(join(root, 'a/out/file'), 'new'), false],
  ['what an editor keeps beside a file', (root) => writeFileSync(join(root, 'a/.file.swp'), 'new'), false],
  ['what we keep ourselves', (root) => writeFileSync(join(root, 'a/.provision/x'), 'new'), false],
]

it.each(rows)('hears of %s', async (_, act, heard) => {
  const { root, heard: isHeard } = listen({
    'a/file': 'x',
    'a/other': 'x',
    'a/b/c/file': 'x',
    'a/out/file': 'x',
    'a/.provision/x': 'x',
    '../far/file': 'x',
    'a/link': { linkTo: '../../far' },
  })
  expect(await isHeard(() => act(root))).toBe(heard)
})

it('hears of what is done in new folders, however deep', async () => {
  const { root, heard } = listen({ file: 'x' })
  expect(await heard(() => mkdirSync(join(root, 'a/b/c'), { recursive: true }))).toBe(true)
  expect(await heard(() => writeFileSync(join(root, 'a/b/c/file'), ''))).toBe(true)
})

it('hears of what is done in a folder that went and came back', async () => {
  const { root, heard } = listen({ 'a/b/file': 'x' })
  expect(await heard(() => rmSync(join(root, 'a'), { recursive: true }))).toBe(true)
  expect(await heard(() => fill(root, { 'a/b/file': 'x' }))).toBe(true)
  expect(await heard(() => writeFileSync(join(root, 'a/b/file'), 'new'))).toBe(true)
})

it('hears of what is done in a folder that was swapped for another', async () => {
  const { root, heard } = listen({ 'a/file': 'x', 'b/file': 'x' })
  expect(
    await heard(() => {
      renameSync(join(root, 'a'), join(root, 'c'))
      renameSync(join(root, 'b'), join(root, 'a'))
    }),
  ).toBe(true)
  expect(await heard(() => writeFileSync(join(root, 'a/file'), 'new'))).toBe(true)
})

it('hears of what is done in a folder that was swapped for another behind a link', async () => {
  const { root, heard } = listen({
    link: { linkTo: '../far' },
    '../far/file': 'x',
    '../new/file': 'x',
  })
  expect(
    await heard(() => {
      renameSync(join(root, '../far'), join(root, '../old'))
      renameSync(join(root, '../new'), join(root, '../far'))
    }),
  ).toBe(true)
  expect(await heard(() => writeFileSync(join(root, 'link/file'), 'new'))).toBe(true)
})

it('waits for what is missing', async () => {
  const { root, heard } = listen({}, 'not/there/yet')
  expect(await heard(() => mkdirSync(root, { recursive: true }))).toBe(true)
  expect(await heard(() => writeFileSync(join(root, 'file'), 'new'))).toBe(true)
})

it('does not go round in a circle of links', async () => {
  const { root, heard } = listen({ 'a/file': 'x' })
  expect(await heard(() => symlinkSync('..', join(root, 'a/up')))).toBe(true)
  expect(await heard(() => writeFileSync(join(root, 'a/file'), 'new'))).toBe(true)
})

it('is silent when it is closed', async () => {
  const { root, watcher, heard } = listen({ 'a/file': 'x' })
  await sleep(60)
  watcher.close()
  const onClosed = heard(() => writeFileSync(join(root, 'a/file'), 'new'))
  expect(await onClosed).toBe(false)
})
