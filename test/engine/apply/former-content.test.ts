import { describe, expect, it } from 'vitest'
import type { Action } from '../../../src/core/action.ts'
import { digestOf, type Digest } from '../../../src/core/digest.ts'
import { ownCommand } from '../../../src/core/text/own-command.ts'
import { applyPlan } from '../../../src/engine/apply/index.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { step } from '../../support/resource.ts'

const written = (path: string, content: string): Action => ({
  ...{ do: 'write', path, content: { from: 'file', path: '/here/app.jar' }, digest: digestOf(content) },
  ...{ size: content.length, mode: 0o640, owner: '100', group: undefined },
})
const starting = (name: string): Action => ({ do: 'start-container', name })

interface Case {
  readonly digest?: Digest | undefined
  /** The file that the run has written. */
  readonly path?: string
  /** What fails beside the start of the new container. */
  readonly bad?: Action['do']
  readonly isStopped?: boolean
}

/** A run in which the successor of a container does not start: what became of it, and what was done after that. */
async function failed({ digest = digestOf('v1'), path = '/srv/app.jar', bad, isStopped }: Case) {
  const stop = new AbortController()
  let hasFailed = false
  const host = fakeHost('h', {
    fails: (action) => {
      if (hasFailed) return action.do === bad ? 'disk full' : undefined
      hasFailed = action.do === 'start-container'
      if (hasFailed && isStopped) stop.abort()
      return hasFailed ? 'busy' : undefined
    },
  })
  const former = [{ target: '/app.jar', path: '/srv/app.jar', digest }]
  const steps = [
    step('other/push/app', { actions: [written('/srv/app.jar', 'other')] }),
    step('h/push/app', { actions: [written(path, 'v2')] }),
    step('h/container/c', {
      ...{ needs: ['h/push/app'], actions: [starting('c.new')], undo: [starting('c')], former },
    }),
  ]
  const hosts = new Map(['h', 'other'].map((name) => [name, name === 'h' ? host : fakeHost(name)]))
  const plan = { playbook: 'p', environment: 'e', steps }
  const { failed } = await applyPlan(plan, hosts, stop.signal, () => undefined, {
    kept: (wanted) => Promise.resolve(wanted === digestOf('v1') ? { path: '/kept/v1', size: 2 } : undefined),
  })
  const done = host.batches.flat()
  return {
    failure: failed[0]?.failure,
    undone: done.slice(done.findIndex((one) => one.do === 'start-container') + 1),
  }
}

const back = { ...written('/srv/app.jar', 'v1'), content: { from: 'file', path: '/kept/v1' }, size: 2 }

describe('what a former container had mounted', () => {
  it('is put back before that is started again, with the rights that the new content has', async () => {
    const { failure, undone } = await failed({})
    expect(undone).toEqual([back, starting('c')])
    expect(failure?.message).toBe(
      'h › container c: busy (the former one is back, with the former content of /app.jar)',
    )
  })

  it.each<[string, Case]>([
    ['is not kept', { digest: digestOf('v0') }],
    ['is not what the run has written', { path: '/srv/app.jar.old' }],
    ['would hold up a stop', { isStopped: true }],
  ])('is told to be missing where it %s', async (_, given) => {
    const { failure, undone } = await failed(given)
    expect(undone).toEqual([starting('c')])
    expect(failure).toMatchObject({
      message: 'h › container c: busy (the former one is back, but not the former content of /app.jar)',
      help: `${ownCommand('rollback')} brings back all of it`,
    })
  })

  it('keeps no container from being started again where it cannot be put back', async () => {
    const { failure, undone } = await failed({ bad: 'write' })
    expect(undone).toEqual([back, starting('c')])
    expect(failure).toMatchObject({
      message: 'h › container c: busy',
      output: 'the former state could not be put back: disk full',
    })
  })
})
