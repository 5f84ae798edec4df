import { describe, expect, it } from 'vitest'
import type { Action } from '../../../src/core/action.ts'
import { ProvisionError } from '../../../src/core/error.ts'
import type { Event } from '../../../src/core/event.ts'
import { applyPlan } from '../../../src/engine/apply/index.ts'
import { fakeHost, type FakeBehaviour } from '../../support/fake-host.ts'
import { removal, step } from '../../support/resource.ts'

async function apply(steps: Parameters<typeof applyPlan>[0]['steps'], behaviour: FakeBehaviour) {
  const host = fakeHost('h', behaviour)
  const events: Event[] = []
  const plan = { playbook: 'p', environment: 'e', steps }
  const emit = (event: Event) => void events.push(event)
  const result = await applyPlan(plan, new Map([['h', host]]), new AbortController().signal, emit)
  return { result, events, batches: () => host.batches.map((batch) => batch.map((action) => action.do)) }
}

describe('a run asks whether a command has reached its purpose', () => {
  const run = { do: 'run', argv: ['make'], cwd: undefined, env: {}, timeout: 1_000 } as const
  const ask = { ...run, argv: ['look'], unmet: 'it succeeded, but /made is not there' } as const
  const commands = [step('h/command/c', { actions: [run, ask] })]
  const failing = (...words: readonly string[]): FakeBehaviour => ({
    fails: (action) =>
      action.do === 'run' && words.includes(action.argv[0] ?? '')
        ? new ProvisionError('action', 'exit code 1', { about: { host: 'h', name: action.argv[0] ?? '' } })
        : undefined,
  })

  it.each<[string, FakeBehaviour, string[]]>([
    ['it has', {}, []],
    ['it has not', failing('look'), ['h › command c: it succeeded, but /made is not there']],
    ['it has failed', failing('make', 'look'), ['h › command c: make: exit code 1']],
  ])('on the same way, where %s', async (_, behaviour, expected) => {
    const { batches, result } = await apply(commands, behaviour)
    expect(batches()).toEqual([['run', 'run']])
    expect(result.failed.map(({ failure }) => failure.message)).toEqual(expected)
    expect(result.failed.every(({ failure }) => failure.code === 'action')).toBe(true)
  })

  it('before it runs, and counts what need not run as it should be', async () => {
    const steps = [
      step('h/command/c', { operation: 'ask', actions: [{ ...run, unless: ['look'] }, ask] }),
      step('h/command/d', { operation: 'ask', actions: [{ ...run, argv: ['d'], unless: ['look'] }, ask] }),
      step('h/file/e', { needs: ['h/command/c'], actions: [removal('/e')] }),
    ]
    const isNeedless = (action: Action) => action.do === 'run' && action.argv[0] === 'make'
    const { events, result } = await apply(steps, { isNeedless })
    expect(result).toMatchObject({
      changed: ['h/command/d', 'h/file/e'],
      unchanged: ['h/command/c'],
      failed: [],
      skipped: [],
    })
    const told = events.flatMap((event) =>
      event.event === 'task-finished' ? [[event.task, event.summary, event.needless]] : [],
    )
    expect(told).toContainEqual(['h/command/c', 'nothing to do', true])
    expect(told).toContainEqual(['h/command/d', 'update', undefined])
  })

  it('and shows nothing of what it says', async () => {
    const { events } = await apply(commands, { says: (action) => (action.do === 'run' ? action.argv : []) })
    expect(events.flatMap((event) => (event.event === 'task-output' ? [event.line] : []))).toEqual(['make'])
  })
})
