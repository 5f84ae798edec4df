import { watch } from 'node:fs'
import { expect, it, onTestFinished, vi } from 'vitest'
import { watchFolders } from '../../../src/engine/watch/folders.ts'
import { temporaryFolder } from '../../support/folder.ts'

vi.mock('node:fs', { spy: true })

it('says once that the system does not let it listen, and listens to all when it does', () => {
  const root = temporaryFolder({ 'a/file': 'x' })
  const onDeaf = vi.fn()
  const watcher = watchFolders({ onStir: () => undefined, onDeaf })
  onTestFinished(() => watcher.close())
  const follow = (): boolean => {
    watcher.follow([{ root, depth: 'deep', isOut: () => false }])
    return watcher.isComplete()
  }
  vi.mocked(watch).mockImplementationOnce(() => {
    throw Object.assign(new Error('no more watches'), { code: 'ENOSPC' })
  })
  expect(follow()).toBe(false)
  expect(follow()).toBe(true)
  watcher.distrust()
  vi.mocked(watch).mockImplementationOnce(() => {
    throw Object.assign(new Error('no more watches'), { code: 'ENOSPC' })
  })
  expect(follow()).toBe(false)
  expect(onDeaf.mock.calls).toEqual([
    [expect.stringMatching(/max_user_watches=\d+ mends it \(no more watches\)$/)],
  ])
})
