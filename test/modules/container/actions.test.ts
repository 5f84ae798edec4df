import { describe, expect, it } from 'vitest'
import { container, image, artifact, type ContainerOptions } from '../../../src/index.ts'
import { isProvisionError } from '../../../src/core/error.ts'
import { label } from '../../../src/core/label.ts'
import type { ContainerState } from '../../../src/core/probe.ts'
import { app, builtOf, factsOf, fine, judge, judged, localFile, showAction } from '../../support/judge.ts'
import { bodyOf, builtImageOf, imageOnHost, running } from '../../support/made.ts'

const jre = image('jre')
const jar = artifact('user.jar', { run: ['make'], inputs: ['**'], output: 'user.jar' })
const facts = factsOf([[jar, builtOf('user.jar', [localFile('', 'j1')])]], [builtImageOf('jre:latest', 'i1')])
const user = (options: Partial<ContainerOptions<string, string>> = {}) =>
  container(app, 'user', { image: jre, ...options })
const there = (rest: Partial<ContainerState> = {}, options = {}) =>
  running(bodyOf(user(options), facts), imageOnHost('i1'), rest)

const made = [
  'create-container user.provision-new',
  'start-container user.provision-new',
  'await-container user.provision-new',
]
const named = 'rename-container user.provision-new → user'
const tidied = 'remove-container user.provision-new'
const putBack = ['remove-container user.provision-new', 'rename-container user.provision-old → user']
const changed = { env: { A: 'b' } }

describe('what is done about a container', () => {
  it.each<[string, ReturnType<typeof user>, ContainerState | undefined, ContainerState | undefined, object]>([
    ['nothing, when it is as it should be', user(), there(), undefined, fine],
    [
      'it is made, and gets its name when it is ready',
      user(),
      undefined,
      undefined,
      { ...fine, operation: 'create', changes: ['state: none → running'], actions: [...made, named] },
    ],
    [
      'it is made anew when a killed run has left it half-made',
      user(),
      undefined,
      there(),
      { ...fine, operation: 'create', changes: ['state: none → running'], actions: [tidied, ...made, named] },
    ],
    [
      'it is started, when only that is missing',
      user(),
      there({ running: false, status: 'exited' }),
      undefined,
      {
        ...fine,
        operation: 'update',
        changes: ['state: exited → running'],
        actions: ['start-container user', 'await-container user'],
      },
    ],
    [
      'it is started, and what a killed run left is removed',
      user(),
      there({ running: false, status: 'created' }),
      there(),
      {
        ...fine,
        operation: 'update',
        changes: ['state: created → running', 'leftover: user.provision-new → none'],
        actions: [tidied, 'start-container user', 'await-container user'],
      },
    ],
    [
      'what a killed run left is removed, and what it may have told to stop is started again',
      user(),
      there(),
      there(),
      {
        ...fine,
        operation: 'update',
        changes: ['leftover: user.provision-new → none'],
        actions: [tidied, 'stop-container user 10s', 'start-container user', 'await-container user'],
      },
    ],
    ...['paused', 'restarting', 'dead'].map(
      (status): [string, ReturnType<typeof user>, ContainerState, undefined, object] => [
        `it is recreated when it is ${status}`,
        user(),
        there({ running: status !== 'dead', status }),
        undefined,
        {
          operation: 'recreate',
          changes: [`state: ${status} → running`],
        },
      ],
    ),
    [
      'it is recreated, and the old one kept until the new one is ready',
      user(changed),
      there(),
      undefined,
      {
        operation: 'recreate',
        changes: ['env.A: none → b'],
        actions: [
          'create-container user.provision-new',
          'stop-container user 10s',
          'start-container user.provision-new',
          'await-container user.provision-new',
          'rename-container user → user.provision-old',
          named,
          'remove-container user.provision-old',
        ],
        undo: [...putBack, 'start-container user'],
      },
    ],
    [
      'one that does not run is neither stopped nor started again',
      user(changed),
      there({ running: false, status: 'exited' }),
      there(),
      {
        operation: 'recreate',
        changes: ['env.A: none → b', 'state: exited → running', 'leftover: user.provision-new → none'],
        actions: [
          tidied,
          ...made,
          'rename-container user → user.provision-old',
          named,
          'remove-container user.provision-old',
        ],
        undo: putBack,
      },
    ],
  ])('%s', (_, resource, state, leftover, expected) => {
    const answers = {
      'container user': state,
      'container user.provision-new': leftover,
      'image jre:latest': imageOnHost('i1'),
    }
    expect(judged(resource, answers, facts)).toMatchObject(expected)
  })

  it.each<[string, object, object]>([
    [
      'before the new one has its name: it is made again, and the former one put back if that fails',
      { 'container user.provision-new': there(), 'container user.provision-old': there() },
      {
        operation: 'create',
        actions: [tidied, ...made, named, 'remove-container user.provision-old'],
        undo: [...putBack, 'start-container user'],
      },
    ],
    [
      'before the former one is removed: only that is left to do',
      { 'container user': there(), 'container user.provision-old': there() },
      {
        operation: 'update',
        changes: ['leftover: user.provision-old → none'],
        actions: ['remove-container user.provision-old'],
      },
    ],
  ])('a killed run is mended, %s', (_, left, expected) => {
    const answers = { ...left, 'image jre:latest': imageOnHost('i1') }
    expect(judged(user(), answers, facts)).toMatchObject(expected)
  })

  it.each<[string, string, ContainerState, RegExp]>([
    [
      'was not made by us',
      'container user',
      there({ labels: {} }),
      /app › container user: a container user is there that provision did not make/,
    ],
    [
      'belongs to another environment',
      'container user',
      there({ labels: { ...there().labels, [label.environment]: 'other' } }),
      /belongs to app\/container\/user of playbook shop in environment other/,
    ],
    [
      'belongs to another resource',
      'container user',
      there({ labels: { ...there().labels, [label.resource]: 'bus/container/user' } }),
      /belongs to bus\/container\/user/,
    ],
    [
      'was made by a newer version',
      'container user',
      there({ labels: { ...there().labels, [label.version]: '2' } }),
      /made by a newer provision/,
    ],
    [
      'has the name of one in the making and is not ours',
      'container user.provision-new',
      there({ labels: {} }),
      /container user\.provision-new is there/,
    ],
  ])('none, and the run stops, when it %s', (_, probe, state, message) => {
    expect(() => judged(user(), { [probe]: state }, facts)).toThrow(message)
  })

  it('names the way out of a conflict', () => {
    const error = thrownBy(() => judged(user(), { 'container user': there({ labels: {} }) }, facts))
    expect(isProvisionError(error) && error.code).toBe('conflict')
    expect(isProvisionError(error) && error.help).toMatch(/docker container rm user/)
  })
})

describe('a container that is as it should be', () => {
  const restarted = { createdAt: '2026-01-01T00:00:00Z', startedAt: '2026-01-01T08:00:00Z' }
  it.each<[string, ContainerState, readonly string[] | undefined]>([
    ['is waited for when its engine has started it again', there(restarted), ['await-container user']],
    [
      'is not waited for when it runs since it was made',
      there({ ...restarted, startedAt: '2026-01-01T00:00:01Z' }),
      undefined,
    ],
    [
      'is not waited for when its start had to wait for the end of the former one',
      there({ ...restarted, startedAt: '2026-01-01T00:00:11Z' }),
      undefined,
    ],
  ])('%s', (_, state, actions) => {
    const { settling } = judge(
      user(),
      { 'container user': state, 'image jre:latest': imageOnHost('i1') },
      facts,
    )
    expect(settling?.actions.map(showAction)).toEqual(actions)
    if (settling) expect(settling).toMatchObject({ since: restarted.startedAt, within: 60_000 })
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
