import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fill, temporaryFolder } from '../../support/folder.ts'
import { artifact, built, workplace } from './artifact-place.ts'

/** A build that goes on from its middle once it is let, and what was shown of it. */
async function builtInTwoParts(root: string, inTheMiddle: () => void, after: string) {
  const script = `mkdir -p out; touch middle; until [ -e go ]; do sleep 0.02; done; ${after}`
  const one = artifact({ run: ['sh', '-c', script] })
  const building = built(root, one)
  await expect.poll(() => existsSync(join(root, 'middle'))).toBe(true)
  inTheMiddle()
  fill(root, { go: '' })
  return { one, ...(await building) }
}

test('what is made of a file that is saved meanwhile is made again, also when that is taken back', async () => {
  const root = temporaryFolder({ 'src/a': 'A' })
  const edit = () => fill(root, { 'src/a': 'B' })
  const { one, result, lines } = await builtInTwoParts(root, edit, 'cat src/a > out/x.jar')
  expect(readFileSync(result?.files[0]?.source ?? '', 'utf8')).toBe('B')
  expect(lines).toEqual(['written to meanwhile, so the next run builds it again: src/a'])
  fill(root, { 'src/a': 'A' })
  const again = await built(root, one)
  expect(again.ran).toBe(true)
  expect(readFileSync(again.result?.files[0]?.source ?? '', 'utf8')).toBe('A')
  expect((await built(root, one)).ran).toBe(false)
})

test.each<[string, (root: string) => void, (root: string) => void]>([
  [
    'a file that is saved and taken back before the build ends',
    (root) => ['B', 'A'].forEach((text) => fill(root, { 'src/a': text })),
    () => undefined,
  ],
  [
    'a file that comes, until after it',
    (root) => fill(root, { 'src/c': '' }),
    (root) => rmSync(join(root, 'src/c')),
  ],
  [
    'a file that goes, until after it',
    (root) => rmSync(join(root, 'src/b')),
    (root) => fill(root, { 'src/b': '' }),
  ],
])('so it is made again for %s', async (_, edit, takeBack) => {
  const root = temporaryFolder({ 'src/a': 'A', 'src/b': '' })
  const { one } = await builtInTwoParts(root, () => edit(root), 'echo > out/x.jar')
  takeBack(root)
  expect((await built(root, one)).ran).toBe(true)
  expect((await built(root, one)).ran).toBe(false)
})

test.each<[string, string]>([
  ['the same each time', 'cat src/lock > new; cat new > src/lock'],
  ['something else the first time', 'echo done > src/lock'],
  ['another file', 'cat src/lock > new; mv new src/lock'],
])('a command that writes to its own inputs comes to rest: %s', async (_, write) => {
  const root = temporaryFolder({ 'src/a': '1', 'src/lock': 'as it is' })
  const one = artifact({ run: ['sh', '-c', `mkdir -p out; cat src/a > out/x.jar; ${write}`] })
  const ran = async () => (await built(root, one)).ran
  expect([await ran(), await ran(), await ran()]).toEqual([true, true, false])
  // What it writes to is known from then on.
  fill(root, { 'src/a': '2' })
  expect([await ran(), await ran()]).toEqual([true, false])
})

test.each([
  ['.', "artifact x.jar is built twice: it writes to its own inputs; add '!src/info' to them (src/info)"],
  [
    'worker',
    "artifact x.jar is built twice: it writes to its own inputs; add '!src/info' to them (worker/src/info)",
  ],
])(
  'a command in %s that writes to its inputs anew after each edit is told of, with what mends it',
  async (cwd, told) => {
    const root = temporaryFolder({ [join(cwd, 'src/a')]: '1' })
    const run = ['sh', '-c', 'mkdir -p out; cat src/a > out/x.jar; cat src/a > src/info']
    const notes = async (inputs = ['src/**']) => {
      const { events, build } = workplace(root)
      await build(artifact({ run, inputs, cwd }))
      return events.flatMap((event) => (event.event === 'note' ? [event.text] : []))
    }
    // Nobody knows yet who wrote it.
    expect([await notes(), await notes(), await notes()]).toEqual([[], [], []])
    fill(root, { [join(cwd, 'src/a')]: '2' })
    expect(await notes()).toEqual([told])
    expect(await notes()).toEqual([])
    fill(root, { [join(cwd, 'src/a')]: '3' })
    expect(await notes(['src/**', '!src/info'])).toEqual([])
  },
)

test('an edit of what the command writes to as well is no less seen', async () => {
  const root = temporaryFolder({ 'src/lock': 'A', go: '' })
  const write = 'cat src/lock > out/x.jar; cat out/x.jar > src/lock'
  await builtInTwoParts(root, () => undefined, write)
  for (const name of ['go', 'middle']) rmSync(join(root, name))
  const edit = () => fill(root, { 'src/lock': 'B' })
  const { one } = await builtInTwoParts(root, edit, write)
  fill(root, { 'src/lock': 'A' })
  expect((await built(root, one)).ran).toBe(true)
  expect((await built(root, one)).ran).toBe(false)
})

test('two runs at once build it once, and the one that waits says for whom', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const run = ['sh', '-c', 'echo begun >> log; sleep 0.5; mkdir -p out; cat src/a > out/x.jar']
  const both = await Promise.all([built(root, artifact({ run })), built(root, artifact({ run }))])
  expect(readFileSync(join(root, 'log'), 'utf8')).toBe('begun\n')
  expect(both.map(({ result }) => result?.made).sort()).toEqual(['before', 'now'])
  expect(both[0].result).toEqual({ ...both[1].result, made: both[0].result?.made })
  expect(both.flatMap(({ lines }) => lines)).toEqual([
    expect.stringMatching(/^waiting: .*artifact x\.jar.* has been at work/),
  ])
})

test('two runs that want it otherwise build it one after the other', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const run = [
    'sh',
    '-c',
    'echo begun >> log; sleep 0.3; mkdir -p out; echo $V > out/x.jar; echo ended >> log',
  ]
  await Promise.all(['1', '2'].map((V) => built(root, artifact({ run, env: { V } }))))
  expect(readFileSync(join(root, 'log'), 'utf8')).toBe('begun\nended\nbegun\nended\n')
})

test('a run that waits for another is ended by an interruption', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const run = ['sh', '-c', 'touch begun; sleep 1; mkdir -p out; cat src/a > out/x.jar']
  const first = built(root, artifact({ run }))
  await expect.poll(() => existsSync(join(root, 'begun'))).toBe(true)
  const stop = new AbortController()
  const { lines, build } = workplace(root, { signal: stop.signal })
  const second = build(artifact({ run }))
  await expect.poll(lines).toHaveLength(1)
  stop.abort()
  await expect(second).rejects.toMatchObject({ code: 'interrupted' })
  expect((await first).ran).toBe(true)
})
