import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { expect, it, onTestFinished, vi } from 'vitest'
import { watchFolders } from '../../../src/engine/watch/folders.ts'
import { temporaryFolder } from '../../support/folder.ts'

it('says once that the system does not let it listen, and listens to all when it does', () => {
  const root = temporaryFolder({ 'a/file': 'x' })
  const onDeaf = vi.fn()
  const watcher = watchFolders({ onStir: () => undefined, onDeaf })
  const watch = vi.spyOn(fs, 'watch')
  // Or who imports it by its name would still have the real one.
  syncBuiltinESMExports()
  onTestFinished(() => {
    watcher.close()
    watch.mockRestore()
    syncBuiltinESMExports()
  })
  const follow = (): boolean => {
    watcher.follow([{ root, depth: 'deep', isOut: () => false }])
    return watcher.isComplete()
  }
  const refuseOnce = (): void =>
    void watch.mockImplementationOnce(() => {
      throw Object.assign(new Error('no more watches'), { code: 'ENOSPC' })
    })
  refuseOnce()
  expect(follow()).toBe(false)
  expect(follow()).toBe(true)
  watcher.distrust()
  refuseOnce()
  expect(follow()).toBe(false)
  expect(onDeaf.mock.calls).toEqual([
    [expect.stringMatching(/max_user_watches=\d+ mends it \(no more watches\)$/)],
  ])
})
