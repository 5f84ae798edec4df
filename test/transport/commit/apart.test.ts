import { expect, test } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { partsOf } from '../../../src/transport/commit/apart.ts'
import { layoutOf } from '../../../src/transport/commit/layout.ts'
import type { CommitReport } from '../../../src/transport/commit/report.ts'
import { isWrite, type Numbered } from '../../../src/transport/files/batch.ts'

const rights = { mode: undefined, owner: undefined, group: undefined }
const write = (index: number, path: string): Numbered => ({
  ...{ index, path },
  action: {
    do: 'write',
    path,
    content: { from: 'text', text: '' },
    digest: digestOf(''),
    size: 0,
    ...rights,
  },
})
const batch: readonly Numbered[] = [
  write(0, '/small/a'),
  write(1, '/large/b'),
  write(2, '/large/c'),
  write(3, '/large/deep/d'),
  { index: 4, path: '/gone', action: { do: 'delete', path: '/gone' } },
]
const devices = new Map([
  [0, '7'],
  [1, '8'],
  [2, '8'],
])
const fine: CommitReport = {
  ...{
    complete: true,
    broken: undefined,
    failed: new Map(),
    damaged: new Set(),
    unowned: new Set(),
    homeless: new Set(),
  },
  ...{ devices: new Map(), home: undefined },
}

test.each<[string, Partial<CommitReport>, readonly (readonly number[])[]]>([
  ['nothing where all is done', {}, []],
  ['nothing where a file system is full that all belongs to', { broken: 'full', home: '8' }, []],
  [
    'nothing where all of it is one file system',
    { broken: 'full', devices: new Map([...devices].map(([number]) => [number, '7'])), home: '7' },
    [],
  ],
  [
    'all, a part for each file system and then what writes nothing',
    { broken: 'full', devices, home: '7' },
    [[0], [1, 2, 3], [4]],
  ],
  [
    'but what has failed for its own reason',
    { broken: 'full', devices, home: '7', failed: new Map([[2, 'unreadable']]) },
    [[0], [1, 3], [4]],
  ],
  [
    'what came by itself and had no room elsewhere',
    { devices, home: '7', homeless: new Set([0, 2]), failed: new Map([[2, 'no space']]) },
    [[2]],
  ],
  [
    'nothing where the host does not tell of each folder',
    { broken: 'full', devices: new Map([[0, '7']]) },
    [],
  ],
])('is tried again: %s', (_, report, parts) => {
  const found = partsOf(batch, layoutOf(batch.filter(isWrite)), { ...fine, ...report })
  expect(found.map((part) => part.map(({ index }) => index))).toEqual(parts)
})
