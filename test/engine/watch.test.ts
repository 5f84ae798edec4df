import { getEventListeners } from 'node:events'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { graphOf } from '../../src/core/graph.ts'
import { hostNamed, type SshTarget } from '../../src/core/host.ts'
import { applyPlan } from '../../src/engine/apply.ts'
import { buildAll } from '../../src/engine/build/index.ts'
import { makePlan } from '../../src/engine/plan.ts'
import { watch, type Cause, type WatchOptions } from '../../src/engine/watch.ts'
import { tree } from '../../src/modules/tree.ts'
import { keepWarm } from '../../src/transport/keep-warm.ts'
import { fakeHost } from '../support/fake-host.ts'
import { temporaryFolder } from '../support/folder.ts'

/** A folder with files that were not written within the last tick of the clock. */
async function settledFolder(things: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const folder = temporaryFolder(things)
  await sleep(30)
  return folder
}

interface Started {
  readonly root: string
  readonly causes: readonly Cause[]
  /** Resolves when it has come to rest so many times. */
  readonly rests: (count: number) => Promise<void>
  readonly quit: () => Promise<void>
  readonly ask: () => void
}

/** A watch on a folder `www` and a playbook, whose runs do no more than `during`. */
async function start(
  during: (root: string, cause: Cause) => Promise<void> = () => Promise.resolve(),
  more: Partial<WatchOptions> = {},
): Promise<Started> {
  const root = await settledFolder({ 'playbook.ts': '', 'www/index.html': 'x' })
  const causes: Cause[] = []
  let rested = 0
  const watching = watch({
    sources: () => ({
      builds: [{ kind: 'folder', path: './www', exclude: [] }],
      playbookDir: root,
      playbookFiles: [join(root, 'playbook.ts')],
    }),
    run: async (cause) => {
      causes.push(cause)
      await during(root, cause)
    },
    onRest: () => void (rested += 1),
    onCircle: () => undefined,
    onDeaf: (reason) => expect.unreachable(reason),
    ...more,
  })
  const quit = () => {
    watching.quit()
    return watching.ended
  }
  onTestFinished(quit)
  return {
    root,
    causes,
    rests: (count) =>
      expect.poll(() => rested, { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(count),
    quit,
    ask: watching.ask,
  }
}

describe('a watch on real files', () => {
  it('runs at first, then for each edit, and says what was edited', async () => {
    const { root, causes, rests } = await start()
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
    const { root, causes, rests } = await start()
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
    const { causes, rests, root } = await start((root) => {
      if (causes.length === 1) writeFileSync(join(root, 'www/index.html'), 'edited')
      return Promise.resolve()
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
      run: async (cause, widen) => {
        edited.push(cause.edited)
        if (edited.length > 1) return
        known.push('./more')
        await widen()
        writeFileSync(join(root, 'more/b'), 'edited after that')
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

  it('runs when it is asked to', async () => {
    const { causes, rests, ask } = await start()
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
    const { causes, quit, root } = await start(async () => {
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

const target: SshTarget = {
  ...{ name: 'web', address: '192.0.2.1', port: 22, user: 'core', identityFile: undefined },
  ...{ knownHosts: [], hostKeyAlias: undefined, become: true },
}

/** Watches a folder of its own, with runs that are those of a refresh, on a fake host. */
async function refreshing(lost: AbortSignal, signal: AbortSignal) {
  const root = await settledFolder({ 'www/0.html': 'x' })
  const warm = keepWarm(({ name }) => Promise.resolve({ ...fakeHost(name), connection: { lost } }))
  const graph = graphOf([tree(hostNamed('web'), '/www', { from: join(root, 'www') })], ['web'])
  const context = {
    ...{ playbookDir: root, cacheDir: join(root, 'cache'), emit: () => undefined, signal },
    engine: () => Promise.reject(new Error('no image is involved')),
  }
  let runs = 0
  let wake: () => void = () => undefined
  const rest = () => new Promise<void>((resolve) => (wake = resolve))
  const resting = rest()
  const watching = watch({
    sources: () => ({ builds: graph.builds, playbookDir: root, playbookFiles: [] }),
    run: async () => {
      runs += 1
      const host = await warm.connect(target, signal)
      const hosts = new Map([['web', host]])
      const facts = {
        scope: { playbook: 'p', environment: 'e' },
        hosts: new Map([['web', { address: '192.0.2.1' }]]),
        ...(await buildAll(graph.builds, context)),
      }
      const { plan } = await makePlan(graph, hosts, facts, signal)
      const { changed } = await applyPlan(plan, hosts, signal, () => undefined)
      expect(changed).toHaveLength(1)
      await host.close()
    },
    onRest: () => wake(),
    onCircle: () => undefined,
    onDeaf: (reason) => expect.unreachable(reason),
  })
  await resting
  return {
    runs: () => runs,
    edit: async (i: number) => {
      const resting = rest()
      writeFileSync(join(root, `www/${i % 7}.html`), `edit ${i}`)
      await resting
    },
    end: async () => {
      watching.quit()
      await watching.ended
      await warm.close()
    },
  }
}

it('a thousand changes leave no descriptor and no listener behind', async () => {
  const lost = new AbortController().signal
  const stop = new AbortController().signal
  const held = () => ({
    lost: getEventListeners(lost, 'abort').length,
    stop: getEventListeners(stop, 'abort').length,
    process: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  })
  const descriptors = () => readdirSync('/proc/self/fd').length
  const watches = await Promise.all(Array.from({ length: 20 }, () => refreshing(lost, stop)))
  const editAll = (i: number) => Promise.all(watches.map(({ edit }) => edit(i)))
  await editAll(0)
  const before = { ...held(), descriptors: descriptors() }
  for (let i = 1; i <= 50; i++) await editAll(i)
  expect(held()).toEqual({ lost: before.lost, stop: before.stop, process: before.process })
  // The test runner opens and closes some of its own.
  expect(descriptors()).toBeLessThanOrEqual(before.descriptors + 5)
  for (const { runs, end } of watches) {
    expect(runs()).toBeGreaterThanOrEqual(52)
    await end()
  }
})
