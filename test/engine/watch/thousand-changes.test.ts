import { getEventListeners } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { graphOf } from '../../../src/core/graph/index.ts'
import { hostNamed, type SshTarget } from '../../../src/core/host.ts'
import { applyPlan } from '../../../src/engine/apply/index.ts'
import { buildAll } from '../../../src/engine/build/index.ts'
import { makePlan } from '../../../src/engine/plan/make.ts'
import { watch } from '../../../src/engine/watch/index.ts'
import { tree } from '../../../src/modules/tree.ts'
import { keepWarm } from '../../../src/transport/keep-warm.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { settledFolder } from '../../support/folder.ts'

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
        paths: new Map(),
      }
      const { plan } = await makePlan(graph, hosts, facts, signal)
      const { changed } = await applyPlan(plan, hosts, signal, () => undefined)
      expect(changed).toHaveLength(1)
      await host.close()
      return 'all'
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
