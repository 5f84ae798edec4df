import { expect, test } from 'vitest'
import { statProbe } from '../../src/core/files.ts'

test.each([
  [{ owner: undefined, group: undefined }, false],
  [{ owner: 'core', group: undefined }, true],
  [{ owner: undefined, group: 'docker' }, true],
])('a host is asked for names where %j is wanted: %s', (rights, names) => {
  expect(statProbe({ path: '/srv', ...rights }, 5)).toEqual({ ask: 'stat', path: '/srv', size: 5, names })
})
