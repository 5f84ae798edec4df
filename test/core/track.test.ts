import { expect, test } from 'vitest'
import { ProvisionError } from '../../src/core/error.ts'
import type { Event } from '../../src/core/event.ts'
import { allOf, inPhase, taskTitle, timed, tracked } from '../../src/core/track.ts'

const fails = () => Promise.reject(new ProvisionError('build', 'broken'))
const works = () => Promise.resolve('done')

/** The events of some work, which may fail, with how long each says it took. */
async function eventsOf(work: (emit: (event: Event) => void) => Promise<unknown>): Promise<readonly Event[]> {
  const events: Event[] = []
  await work((event) => events.push(event)).catch(() => undefined)
  return events
}

const task = { id: 'build/x', phase: 'build', title: 'x' } as const

test.each<[string, Parameters<typeof eventsOf>[0], object[]]>([
  [
    'a task that ends well',
    (emit) => tracked(emit, { ...task, host: 'app' }, works),
    [
      { event: 'task-started', task: 'build/x', host: 'app' },
      { event: 'task-finished', task: 'build/x' },
    ],
  ],
  [
    'a task that fails',
    (emit) => tracked(emit, task, fails),
    [{ event: 'task-started' }, { event: 'task-failed', failure: { code: 'build', message: 'broken' } }],
  ],
  [
    'a phase that ends well',
    (emit) => inPhase(emit, 'build', works, (text) => text),
    [{ event: 'phase-started' }, { event: 'phase-finished', ok: true, summary: 'done' }],
  ],
  [
    'a phase that failed in parts',
    (emit) =>
      inPhase(
        emit,
        'build',
        works,
        (text) => text,
        () => false,
      ),
    [{ event: 'phase-started' }, { event: 'phase-finished', ok: false, summary: 'done' }],
  ],
  [
    'a phase that fails',
    (emit) => inPhase(emit, 'build', fails, () => 'never'),
    [{ event: 'phase-started' }, { event: 'phase-finished', ok: false, summary: 'failed' }],
  ],
  [
    'a part that is no task, though it fails',
    (emit) => timed(emit, { what: 'x' }, fails),
    [{ event: 'timed', what: 'x' }],
  ],
])('%s tells its begin and its end', async (_, work, expected) => {
  const began = performance.now()
  const events = await eventsOf(work)
  const passed = performance.now() - began
  expect(events).toMatchObject(expected)
  const times = events.flatMap((event) => ('durationMs' in event ? [event.durationMs] : []))
  expect(times.map((time) => time >= 0 && time <= passed)).toEqual([true])
})

test.each([
  [{ host: 'app', title: 'container user' }, 'app › container user'],
  [{ host: undefined, title: 'image jre' }, 'image jre'],
])('the title of %o', (one, expected) => {
  expect(taskTitle(one)).toBe(expected)
})

const first = new Error('first')
const second = new Error('second')

test.each<[string, () => Promise<string>[], unknown]>([
  ['what all come to', () => [works(), works()], ['done', 'done']],
  ['the only error as it is', () => [works(), Promise.reject(first)], first],
  ['all errors as one', () => [Promise.reject(first), Promise.reject(second)], new Error('first, second')],
])('of work side by side is told %s', async (_, work, expected) => {
  const combine = (errors: readonly unknown[]) =>
    new Error(errors.map((error) => (error instanceof Error ? error.message : '')).join(', '))
  expect(await allOf(work(), combine).catch((error: unknown) => error)).toEqual(expected)
})
