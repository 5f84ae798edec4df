import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Build } from '../../../src/core/build/index.ts'
import { startWatch } from '../../support/started-watch.ts'

describe('a watch whose runs write what they are made from', () => {
  it('comes to rest where each run writes the same once more, and sees an edit of that all the same', async () => {
    const path = (root: string) => join(root, 'www/index.html')
    const { causes, rests, root } = await startWatch((root) => {
      if (causes.length < 5) writeFileSync(path(root), 'made by a run')
      return sleep(60)
    })
    await rests(1)
    expect(causes.map(({ edited }) => edited)).toEqual([[], [path(root)], [path(root)]])
    writeFileSync(path(root), 'edited')
    await rests(2)
    // The run undid the edit, which the next one finds.
    expect(causes.slice(3).map(({ edited }) => edited)).toEqual([[path(root)], [path(root)]])
    writeFileSync(path(root), 'an edit that no run undoes')
    await rests(3)
    expect(causes).toHaveLength(6)
  })

  it('runs again where an edit was taken back in a run that may have read it', async () => {
    const path = (root: string) => join(root, 'www/index.html')
    const { causes, rests } = await startWatch(async (root) => {
      if (causes.length === 1) writeFileSync(path(root), 'edited')
      if (causes.length !== 2) return
      writeFileSync(path(root), 'edited again')
      await sleep(60)
      writeFileSync(path(root), 'edited')
    })
    await rests(1)
    expect(causes).toHaveLength(3)
  })

  it('runs again for what is edited in a run that follows one which wrote the same file', async () => {
    const path = (root: string) => join(root, 'www/index.html')
    const { causes, rests, root } = await startWatch((root) => {
      if (causes.length < 3) writeFileSync(path(root), 'made by a run')
      if (causes.length === 2) writeFileSync(path(root), 'edited meanwhile')
      return sleep(60)
    })
    await rests(1)
    expect(causes.map(({ edited }) => edited)).toEqual([[], [path(root)], [path(root)]])
  })

  it('does not run again for what a run has noticed before it read it, but for what was edited after that', async () => {
    const builds: readonly Build[] = [{ kind: 'folder', path: './www', exclude: [] }]
    const { causes, rests, root } = await startWatch(async (root, _, { notice }) => {
      const isLast = causes.length > 1
      if (isLast) return
      writeFileSync(join(root, 'www/made'), 'made by a run')
      for (const build of builds) (await notice(build))()
      await sleep(60)
    })
    await rests(1)
    expect(causes).toHaveLength(1)
    writeFileSync(join(root, 'www/made'), 'edited')
    await rests(2)
    expect(causes).toHaveLength(2)
  })

  it('runs again for what is edited after it was noticed, and where what was noticed does not count', async () => {
    const build: Build = { kind: 'folder', path: './www', exclude: [] }
    const { causes, rests, root } = await startWatch(async (root, _, { notice }) => {
      if (causes.length === 1) {
        const accept = await notice(build)
        writeFileSync(join(root, 'www/index.html'), 'edited')
        accept()
      }
      if (causes.length === 2) {
        writeFileSync(join(root, 'www/index.html'), 'edited again')
        await notice(build)
      }
    })
    await rests(1)
    expect(causes.slice(1).map(({ edited }) => edited)).toEqual([
      [join(root, 'www/index.html')],
      [join(root, 'www/index.html')],
    ])
  })
})
