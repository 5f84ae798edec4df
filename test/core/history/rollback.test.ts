import { describe, expect, it, test } from 'vitest'
import { digestOfFiles } from '../../../src/core/build/index.ts'
import { digestOf } from '../../../src/core/digest.ts'
import {
  contentsOf,
  keptDigest,
  keptVersion,
  readKept,
  type KeptState,
} from '../../../src/core/history/kept.ts'
import { knownParams, textsOfParams } from '../../../src/core/playbook/params.ts'
import {
  formerRun,
  keptStates,
  lastGood,
  statesToKeep,
  whyNoFormer,
  type PastRun,
} from '../../../src/core/history/rollback.ts'

/** `3 ok touched A`: a run in words; one that did `stop` or `destroy` was that command. */
function runOf(words: string): PastRun {
  const [number, end, did = '', state] = words.split(' ')
  const planned = ['touched', 'idle'].includes(did)
  return {
    ...{ number: Number(number), command: planned ? 'refresh' : did },
    ...{ ok: end === 'ok', planned, touched: did === 'touched' },
    state: state === '-' ? undefined : state,
  }
}

const kept = new Set(['A', 'B', 'C'])

describe('the run to roll back to without a number', () => {
  it.each<[string, readonly string[], number | undefined]>([
    ['none, of no run', [], undefined],
    ['none, when one run has been', ['1 ok touched A'], undefined],
    ['the one before the last', ['1 ok touched A', '2 ok touched B'], 1],
    ['the one before the latest change', ['1 ok touched A', '2 ok touched B', '3 ok idle B'], 1],
    [
      'the last good one before one that failed',
      ['1 ok touched A', '2 ok touched B', '3 failed touched -'],
      2,
    ],
    [
      'the last good one before several that failed',
      ['1 ok touched A', '2 failed touched -', '3 failed touched -'],
      1,
    ],
    [
      'not one that failed before it touched anything',
      ['1 ok touched A', '2 ok touched B', '3 failed idle -'],
      1,
    ],
    ['the one that a rollback took back', ['1 ok touched A', '2 ok touched B', '3 ok touched A'], 2],
    ['not one that had made the same', ['1 ok touched A', '2 ok touched B', '3 ok touched B'], 1],
    ['not one that is not kept any more', ['1 ok touched A', '2 ok touched X', '3 ok touched B'], 1],
    ['in any order', ['2 ok touched B', '1 ok touched A'], 1],
  ])('is %s', (_, runs, expected) => {
    expect(formerRun(runs.map(runOf), kept)?.number).toBe(expected)
  })
})

test.each<[string, readonly string[]]>([
  ['no run has changed anything yet', ['1 ok idle A', '2 ok idle B']],
  [
    'nothing is kept from before run 2, the latest that changed something',
    ['1 ok touched X', '2 ok touched A'],
  ],
  [
    'nothing is kept from before run 1, the latest that changed something',
    ['1 failed touched -', '2 ok idle A'],
  ],
  [
    'all that is kept from before run 4, the latest that changed something, is the same as that run made',
    ['1 ok touched A', '2 ok idle A', '3 ok touched A', '4 ok touched A'],
  ],
])('there is no run to roll back to without a number: %s', (why, words) => {
  const runs = words.map(runOf)
  expect(formerRun(runs, kept)).toBeUndefined()
  expect(whyNoFormer(runs, kept)).toBe(why)
})

describe('the run to which a failed one goes back', () => {
  it.each<[string, readonly string[], number | undefined]>([
    ['the last good one', ['1 ok touched A', '2 ok touched B', '3 failed touched -'], 2],
    ['one that changed nothing', ['1 ok touched A', '2 ok idle A', '3 failed touched -'], 2],
    ['the last good one, kept or not', ['1 ok touched A', '2 ok touched -', '3 failed touched -'], 2],
    ['not one that stopped the hosts', ['1 ok touched A', '2 ok stop -', '3 failed touched -'], 1],
    ['none from before the environment was destroyed', ['1 ok touched A', '2 ok destroy -'], undefined],
    ['none, when none went well', ['1 failed touched -', '2 failed touched -'], undefined],
  ])('is %s', (_, runs, expected) => {
    expect(lastGood(runs.map(runOf))?.number).toBe(expected)
  })
})

test(`the latest ${keptStates} different states are kept`, () => {
  const runs = Array.from({ length: 30 }, (_, i) => runOf(`${i + 1} ok touched S${Math.floor(i / 2)}`))
  const states = statesToKeep([...runs, runOf('31 failed touched -')])
  expect([...states]).toEqual(Array.from({ length: keptStates }, (_, i) => `S${14 - i}`))
})

const files = [{ path: 'index.html', digest: digestOf('x'), size: 1, executable: false }]

const state: KeptState = {
  kept: keptVersion,
  params: { say: 'hello' },
  playbook: {
    root: '',
    file: 'playbooks/a/playbook.ts',
    files: { 'playbooks/a/playbook.ts': digestOf('p') },
  },
  artifacts: {
    'artifact a': {
      ...{ name: 'a', digest: digestOf('a'), type: 'file' },
      files: [{ path: '', digest: digestOf('a'), size: 1, executable: true }],
    },
    'folder ./www': { ...{ name: 'www', digest: digestOfFiles(files), type: 'folder' }, files },
  },
  images: [{ ref: 'a:1', id: 'sha256:1', fingerprint: digestOf('i'), layers: ['sha256:2'] }],
}

describe('what is kept of a run', () => {
  const text = JSON.stringify(state)
  const digest = keptDigest(state)

  it('is read as it was written, whatever the order of its fields', () => {
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(state).reverse()))
    expect(readKept(reordered, digest)).toEqual({ state: 'read', kept: state })
    expect(contentsOf(state)).toEqual([digestOf('p'), digestOf('a'), digestOf('x')])
  })

  it.each<[string, string, string]>([
    ['empty', '', 'damaged'],
    ['cut off', text.slice(0, -20), 'damaged'],
    ['no object', '[]', 'damaged'],
    ['without a version', text.replace('"kept":1,', ''), 'damaged'],
    ['with another param', text.replace('hello', 'hallo'), 'damaged'],
    ['with another content', text.replace(digestOf('a'), digestOf('b')), 'damaged'],
    ['with another file in a folder', text.replace('index.html', 'other.html'), 'damaged'],
    ['of a newer tool', text.replace('"kept":1', '"kept":2'), 'newer'],
  ])('%s counts as such', (_, given, expected) => {
    expect(readKept(given, digest).state).toBe(expected)
  })
})

test('params are kept with their defaults, and secrets never', () => {
  const specs = {
    port: { type: 'int', default: 80 },
    name: { type: 'string' },
    debug: { type: 'boolean', default: false },
    word: { type: 'secret', env: 'WORD' },
  } as const
  expect(textsOfParams(specs, { name: 'x' })).toEqual({ port: '80', name: 'x', debug: 'false' })
})

test('of what was given, a playbook takes what it has a param for', () => {
  const specs = { port: { type: 'int' }, constructor: { type: 'string' } } as const
  expect(knownParams(specs, { port: '80', replicas: '3', toString: 'x' })).toEqual({ port: '80' })
})
