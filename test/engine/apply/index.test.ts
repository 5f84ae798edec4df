import { describe, expect, it } from 'vitest'
import { ProvisionError } from '../../../src/core/error.ts'
import type { Event } from '../../../src/core/event.ts'
import type { Step } from '../../../src/core/plan.ts'
import { applyPlan } from '../../../src/engine/apply/index.ts'
import { fakeHost, type FakeBehaviour } from '../../support/fake-host.ts'
import { removal, sealing, starting, step } from '../../support/resource.ts'

const never = new AbortController().signal

async function apply(
  steps: readonly Step[],
  behaviour: FakeBehaviour = {},
  signal = never,
  lost: readonly string[] = [],
) {
  const names = [...new Set(steps.map(({ host }) => host))]
  const hosts = new Map(names.map((name) => [name, fakeHost(name, behaviour)]))
  const events: Event[] = []
  const emit = (event: Event) => void events.push(event)
  const result = await applyPlan({ playbook: 'p', environment: 'e', steps }, hosts, signal, emit, { lost })
  const batches = (host: string) =>
    (hosts.get(host)?.batches ?? []).map((batch) =>
      batch.map((action) => ('path' in action ? action.path : action.do)),
    )
  return { result, events, batches }
}

describe('applying a plan', () => {
  it('sends what is ready in one lane of a host as one batch', async () => {
    const { batches, result } = await apply([
      step('h/file/a', { actions: [removal('a')] }),
      step('h/file/b', { actions: [removal('b')] }),
      step('h/file/c', { actions: [removal('c')], needs: ['h/file/a'] }),
    ])
    expect(batches('h')).toEqual([['a', 'b'], ['c']])
    expect(result.changed).toEqual(['h/file/a', 'h/file/b', 'h/file/c'])
  })

  it('does not begin what needs something that nobody knows of, directly or through what is as it should be', async () => {
    const { batches, result } = await apply(
      [
        step('h/file/a', { actions: [removal('a')] }),
        step('h/file/b', { actions: [removal('b')], needs: ['gone/file/x'] }),
        step('h/file/fine', { operation: 'none', needs: ['gone/file/x'] }),
        step('h/file/c', { actions: [removal('c')], needs: ['h/file/fine'] }),
      ],
      {},
      never,
      ['gone/file/x'],
    )
    expect(batches('h')).toEqual([['a']])
    expect(result).toMatchObject({ skipped: ['h/file/b', 'h/file/c'], unchanged: ['h/file/fine'] })
  })

  it('does the actions of a step in their order', async () => {
    const { batches } = await apply([step('h/x/a', { actions: [removal('1'), starting('c'), removal('2')] })])
    expect(batches('h')).toEqual([['1'], ['start-container'], ['2']])
  })

  it('sends files of a step that follow each other together, and stops after the first stretch that fails', async () => {
    const actions = [removal('1'), removal('2'), starting('c'), removal('3'), removal('4')]
    const fine = await apply([step('h/x/a', { actions })])
    expect(fine.batches('h')).toEqual([['1', '2'], ['start-container'], ['3', '4']])
    const fails: FakeBehaviour['fails'] = (action) =>
      'path' in action && action.path === '1' ? 'no' : undefined
    const failed = await apply([step('h/x/a', { actions })], { fails })
    expect(failed.batches('h')).toEqual([['1', '2']])
    expect(failed.result.failed).toHaveLength(1)
  })

  it('does what seals a step only when all before it is done', async () => {
    const actions = [removal('1'), removal('2'), sealing('list')]
    const fine = await apply([step('h/x/a', { actions })])
    expect(fine.batches('h')).toEqual([['1', '2'], ['list']])
    const fails: FakeBehaviour['fails'] = (action) =>
      'path' in action && action.path === '2' ? 'no' : undefined
    const failed = await apply([step('h/x/a', { actions })], { fails })
    expect(failed.batches('h')).toEqual([['1', '2']])
  })

  it.each([
    ['ends meanwhile: it is put back', Promise.resolve(), [['stop-container'], ['stop-container'], ['back']]],
    [
      'goes on: it is left to the next run',
      new Promise<void>(() => {}),
      [['stop-container'], ['stop-container']],
    ],
  ])('what was cut short while a container stops %s', async (_, end, expected) => {
    let asked = 0
    const stop = { do: 'stop-container', name: 'c', grace: 10 } as const
    const { batches, result } = await apply(
      [step('h/container/c', { actions: [stop], undo: [removal('back')] })],
      {
        fails: ({ do: what }) => (what === 'stop-container' && ++asked === 1 ? 'cut' : undefined),
        gate: ({ do: what }) => (what === 'stop-container' && asked > 0 ? end : Promise.resolve()),
      },
    )
    expect(batches('h')).toEqual(expected)
    expect(result.failed).toHaveLength(1)
  })

  it('does not let one host wait for another', async () => {
    let free = (): void => undefined
    const blocked = new Promise<void>((resolve) => (free = resolve))
    const order: string[] = []
    const gate: FakeBehaviour['gate'] = async (action) => {
      if ('path' in action && action.path === 'slow') await blocked
      if ('path' in action) order.push(action.path)
      if ('path' in action && action.path === 'last') free()
    }
    await apply(
      [
        step('slow/file/a', { actions: [removal('slow')] }),
        step('fast/file/a', { actions: [removal('first')] }),
        step('fast/file/b', { actions: [removal('last')], needs: ['fast/file/a'] }),
      ],
      { gate },
    )
    expect(order).toEqual(['first', 'last', 'slow'])
  })

  it('waits across hosts for what a step needs, also through steps with nothing to do', async () => {
    const order: string[] = []
    const gate: FakeBehaviour['gate'] = async (action) => {
      await new Promise((resolve) => setTimeout(resolve, 'path' in action && action.path === 'bus' ? 20 : 0))
      if ('path' in action) order.push(action.path)
    }
    await apply(
      [
        step('bus/file/a', { actions: [removal('bus')] }),
        step('app/file/idle', { operation: 'none', needs: ['bus/file/a'] }),
        step('app/file/b', { actions: [removal('app')], needs: ['app/file/idle'] }),
      ],
      { gate },
    )
    expect(order).toEqual(['bus', 'app'])
  })

  it('holds up only what needs a failed step, and puts that back', async () => {
    const { result, batches } = await apply(
      [
        step('h/container/bad', { actions: [starting('bad')], undo: [removal('undo')] }),
        step('h/file/after', { actions: [removal('after')], needs: ['h/container/bad'] }),
        step('h/file/later', { actions: [removal('later')], needs: ['h/file/after'] }),
        step('h/file/other', { actions: [removal('other')] }),
      ],
      { fails: (action) => (action.do === 'start-container' ? 'no such image' : undefined) },
    )
    expect(result).toMatchObject({
      changed: ['h/file/other'],
      failed: [
        {
          id: 'h/container/bad',
          failure: { code: 'action', message: 'h › container bad: no such image (the former one is back)' },
        },
      ],
      skipped: ['h/file/after', 'h/file/later'],
    })
    expect(batches('h').flat()).toContain('undo')
  })

  it('tries all of an undo and says what of it failed', async () => {
    const { result } = await apply(
      [step('h/x/a', { actions: [starting('x')], undo: [removal('one'), removal('two')] })],
      { fails: (action) => ('path' in action && action.path === 'two' ? undefined : `${action.do} failed`) },
    )
    expect(result.failed[0]?.failure.output).toBe('the former state could not be put back: delete failed')
  })

  it('says once why nothing of an undo could be done, as on a host that is lost', async () => {
    const { result } = await apply(
      [step('h/x/a', { actions: [starting('x')], undo: [removal('one'), removal('two')] })],
      { fails: () => 'lost' },
    )
    expect(result.failed[0]?.failure.output).toBe('the former state could not be put back: lost')
  })

  it.each<[string, undo: string[], fails: string[], code: string]>([
    ['a file was saved meanwhile', [], ['edited'], 'edited'],
    ['it was, and the former state is back', ['undo'], ['edited'], 'edited'],
    ['it was, and the former state could not be put back', ['undo'], ['edited', 'undo'], 'action'],
    ['it was, and something else failed beside it', [], ['edited', 'other'], 'action'],
  ])('when %s, the failure has a code that says whether that is all', async (_, undo, failing, code) => {
    const { result } = await apply(
      [step('h/x/a', { actions: [removal('edited'), removal('other')], undo: undo.map(removal) })],
      {
        fails: (action) => {
          if (!('path' in action) || !failing.includes(action.path)) return undefined
          return new ProvisionError(action.path === 'edited' ? 'edited' : 'action', 'failed')
        },
      },
    )
    expect(result.failed.map(({ failure }) => failure.code)).toEqual([code])
  })

  it('begins nothing after an interruption', async () => {
    const stop = new AbortController()
    const { result } = await apply(
      [
        step('h/file/a', { actions: [removal('a')] }),
        step('h/file/b', { actions: [removal('b')], needs: ['h/file/a'] }),
      ],
      {
        gate: () => {
          stop.abort()
          return Promise.resolve()
        },
      },
      stop.signal,
    )
    expect(result).toMatchObject({ changed: ['h/file/a'], skipped: ['h/file/b'] })
  })

  it('touches nothing that has nothing to do', async () => {
    const { result, batches, events } = await apply([step('h/file/a', { operation: 'none' })])
    expect(result).toEqual({ changed: [], unchanged: ['h/file/a'], failed: [], skipped: [] })
    expect(batches('h')).toEqual([])
    expect(events).toEqual([])
  })

  it('waits for what comes up and changes nothing by that; what needs it comes after', async () => {
    const { result, batches } = await apply([
      step('h/container/up', { operation: 'none', actions: [starting('up')] }),
      step('h/file/idle', { operation: 'none', needs: ['h/container/up'] }),
      step('h/container/user', { actions: [starting('user')], needs: ['h/file/idle'] }),
    ])
    expect(batches('h')).toEqual([['start-container'], ['start-container']])
    expect(result.changed).toEqual(['h/container/user'])
    expect(result.unchanged).toEqual(['h/container/up', 'h/file/idle'])
  })

  it('fails with what does not come up', async () => {
    const { result } = await apply(
      [
        step('h/container/up', { operation: 'none', actions: [starting('up')] }),
        step('h/container/user', { actions: [starting('user')], needs: ['h/container/up'] }),
      ],
      { fails: () => 'no' },
    )
    expect(result).toMatchObject({ changed: [], unchanged: [], skipped: ['h/container/user'] })
    expect(result.failed).toMatchObject([{ id: 'h/container/up' }])
  })
})
