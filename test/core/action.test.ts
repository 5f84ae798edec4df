import { expect, it } from 'vitest'
import { laneOf, type Action, type Lane } from '../../src/core/action.ts'
import { removal, sealing, starting } from '../support/resource.ts'

const run: Action = { do: 'run', argv: ['x'], cwd: undefined, env: {}, timeout: 1 }

it.each<[string, Action, Lane]>([
  ['a file', sealing('/a'), 'files'],
  ['a removal', removal('/a'), 'files'],
  ['a command', run, 'commands'],
  ['a container', starting('user'), 'docker'],
  ['old images', { do: 'prune-images' }, 'docker'],
])('%s has a lane', (_, action, lane) => {
  expect(laneOf(action)).toBe(lane)
})
