import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { watch } from '../../../src/engine/watch/index.ts'
import { mayLeave } from '../../../src/engine/watch/run.ts'
import { settledFolder } from '../../support/folder.ts'
import { startWatch } from '../../support/started-watch.ts'

describe('a watch on real files', () => {
  it('runs at first, then for each edit, and says what was edited', async () => {
    const { root, causes, rests } = await startWatch()
    await rests(1)
    writeFileSync(join(root, 'www/index.html'), 'edited')
    await rests(2)
    rmSync(join(root, 'www/index.html'))
    await rests(3)
    expect(causes).toEqual([
      { edited: [], asked: true },
      { edited: [join(root, 'www/index.html')], asked: false },
      { edited: [join(root, 'www/index.html')], asked: false },
    ])
  })

  it('makes one run of a burst of saves', async () => {
    const { root, causes, rests } = await startWatch()
    await rests(1)
    for (let i = 0; i < 20; i++) {
      writeFileSync(join(root, `www/${i}.html`), 'x')
      await sleep(2)
    }
    await rests(2)
    await sleep(200)
    expect(causes.flatMap(({ edited }) => edited)).toHaveLength(20)
    expect(causes.length).toBeLessThanOrEqual(3)
  })

  it('runs again for what was edited during a run, however early in it', async () => {
    const { causes, rests, root } = await startWatch((root) => {
      if (causes.length === 1) writeFileSync(join(root, 'www/index.html'), 'edited')
      return sleep(60)
    })
    await rests(1)
    expect(causes.map(({ edited }) => edited)).toEqual([[], [join(root, 'www/index.html')]])
  })

  it('takes what a run reads in addition for known from when it says so on', async () => {
    const root = await settledFolder({ 'www/a': 'x', 'more/b': 'x' })
    const known = ['./www']
    const edited: (readonly string[])[] = []
    let rested = 0
    const watching = watch({
      sources: () => ({
        builds: known.map((path) => ({ kind: 'folder', path, exclude: [] })),
        playbookDir: root,
        playbookFiles: [],
      }),
      run: async (cause, { widen }) => {
        edited.push(cause.edited)
        if (edited.length > 1) return 'all'
        known.push('./more')
        await widen()
        writeFileSync(join(root, 'more/b'), 'edited after that')
        return 'all'
      },
      onRest: () => void (rested += 1),
      onCircle: () => undefined,
      onDeaf: () => undefined,
    })
    await expect.poll(() => rested, { timeout: 20_000 }).toBe(1)
    watching.quit()
    await watching.ended
    expect(edited).toEqual([[], [join(root, 'more/b')]])
  })

  it('has seen in its last run whatever was saved whenever, also in the same number of bytes', async () => {
    let seen = ''
    const { root, rests, causes } = await startWatch(async (root) => {
      await sleep(Math.random() * 60)
      seen = readFileSync(join(root, 'www/index.html'), 'utf8')
    })
    await rests(1)
    let text = ''
    for (let i = 100; i < 200; i++) {
      text = `edit ${i}`
      writeFileSync(join(root, 'www/index.html'), text)
      await sleep(Math.random() < 0.5 ? Math.random() * 5 : Math.random() * 90)
    }
    await expect.poll(() => seen, { timeout: 5_000 }).toBe(text)
    expect(causes.length).toBeLessThan(100)
  })

  it('runs again for what a run left, and not for ever where no edit is behind it', async () => {
    const { causes, rests } = await startWatch(() => Promise.resolve('part'))
    await rests(1)
    expect(causes).toEqual([
      { edited: [], asked: true },
      { edited: [], asked: false },
    ])
    expect(causes.map(mayLeave)).toEqual([true, false])
  })

  it('makes one run at a time of saves without end that each run misses, and brings the last of them', async () => {
    let seen = ''
    let atWork = 0
    const { root, rests, causes } = await startWatch(async (root) => {
      expect((atWork += 1)).toBe(1)
      const planned = readFileSync(join(root, 'www/index.html'), 'utf8')
      await sleep(30)
      atWork -= 1
      const isMissed = readFileSync(join(root, 'www/index.html'), 'utf8') !== planned
      if (!isMissed) seen = planned
      return isMissed ? 'part' : 'all'
    })
    await rests(1)
    for (let i = 0; i < 40; i++) {
      appendFileSync(join(root, 'www/index.html'), `${i}\n`)
      await sleep(20)
    }
    await expect.poll(() => seen, { timeout: 20_000 }).toMatch(/\n39\n$/)
    await rests(2)
    // Each goes back to a save, or to one that did.
    expect(causes.filter(mayLeave).length).toBeLessThanOrEqual(41)
  })

  it('takes a save for one, however late its second step', async () => {
    const { causes, rests, root } = await startWatch()
    await rests(1)
    writeFileSync(join(root, 'www/index.html'), '')
    await sleep(120)
    writeFileSync(join(root, 'www/index.html'), 'edited')
    await rests(2)
    rmSync(join(root, 'www/index.html'))
    await sleep(120)
    writeFileSync(join(root, 'www/index.html'), 'edited again')
    await rests(3)
    expect(causes).toHaveLength(3)
  })

  it('runs when it is asked to', async () => {
    const { causes, rests, ask } = await startWatch()
    await rests(1)
    ask()
    await rests(2)
    expect(causes).toEqual([
      { edited: [], asked: true },
      { edited: [], asked: true },
    ])
  })

  it('ends when it is told to, after the run that is under way', async () => {
    let isOver = false
    const { causes, quit, root } = await startWatch(async () => {
      await sleep(100)
      isOver = true
    })
    await expect.poll(() => causes.length).toBe(1)
    await quit()
    expect(isOver).toBe(true)
    writeFileSync(join(root, 'www/index.html'), 'edited')
    await sleep(100)
    expect(causes).toHaveLength(1)
  })

  it('ends with what a run is rejected with', async () => {
    const watching = watch({
      sources: () => ({ builds: [], playbookDir: '/', playbookFiles: [] }),
      run: () => Promise.reject(new Error('hopeless')),
      onRest: () => undefined,
      onCircle: () => undefined,
      onDeaf: () => undefined,
    })
    await expect(watching.ended).rejects.toThrow('hopeless')
  })
})
