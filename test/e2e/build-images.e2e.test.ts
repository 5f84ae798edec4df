import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, readdirSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { imageInputs } from '../../src/engine/build/index.ts'
import { awkward, fill, temporaryFolder } from '../support/folder.ts'
import {
  base,
  begun,
  containersOf,
  engine,
  failure,
  image,
  isThere,
  output,
  prefix,
  removeImages,
  toRemove,
  workplace,
} from '../support/builds.ts'

afterAll(removeImages)

test('one is built once, costs two calls to find so, and is built again when a file changes', async () => {
  // Unlike that of any other run, which the engine would make the same image of.
  const root = temporaryFolder({ 'a/Dockerfile': `FROM ${base}\nENV RUN=${prefix}\nCOPY x /x\n`, 'a/x': '1' })
  const a = image('a')
  const first = workplace(root)
  const { images } = await first.build(a)
  expect(first.tasks()).toContain(`image ${a.ref}`)
  expect(first.events).toContainEqual(
    expect.objectContaining({ event: 'task-progress', total: 4, unit: 'steps' }),
  )
  const before = images.get(a.ref)
  expect(before).toMatchObject({ ref: a.ref, made: 'now', changed: [] })
  expect(await output(a.ref, 'cat', '/x')).toBe('1')

  const again = workplace(root)
  const calls = await countingCalls(async () => {
    expect((await again.build(a)).images.get(a.ref)).toEqual({ ...before, made: 'before' })
  })
  expect(again.tasks()).toEqual([])
  expect(calls).toBeLessThanOrEqual(2)

  fill(root, { 'a/x': '2' })
  const after = (await workplace(root).build(a)).images.get(a.ref)
  expect(after?.changed).toEqual(['a/x'])
  expect(after?.fingerprint).not.toBe(before?.fingerprint)
  expect(await output(a.ref, 'cat', '/x')).toBe('2')
  // What it replaced is gone.
  expect(await isThere(before?.id ?? '')).toBe(false)
})

test('it is built again when it was removed, for other arguments, and when its base changes', async () => {
  const root = temporaryFolder({
    'base/Dockerfile': `FROM ${base}\nCOPY x /x\n`,
    'base/x': '1',
    'top/Dockerfile': `ARG BASE\nFROM $BASE\nARG V\nRUN printf %s "$V" > /v\n`,
  })
  const bottom = image('base')
  const top = (V: string) => image('top', { args: { BASE: bottom.ref.replace(':latest', ''), V } })
  // Declared the wrong way round and without `needs`: the Dockerfile tells the order.
  expect(await begun(root, top(awkward), bottom)).toEqual(
    expect.arrayContaining([`image ${bottom.ref}`, `image ${top('').ref}`]),
  )
  expect(await output(top('').ref, 'base64', '-w0', '/v')).toBe(Buffer.from(awkward).toString('base64'))
  expect(await begun(root, top(awkward), bottom)).toEqual([])
  expect(await begun(root, top('2'), bottom)).toEqual([`image ${top('').ref}`])
  fill(root, { 'base/x': '2' })
  expect(await begun(root, top('2'), bottom)).toEqual([`image ${bottom.ref}`, `image ${top('').ref}`])
  expect(await output(top('').ref, 'cat', '/x')).toBe('2')
  await engine.getImage(top('').ref).remove()
  expect(await begun(root, top('2'), bottom)).toEqual([`image ${top('').ref}`])
})

test('two that begin alike share that, and keep it when what is last in them changes', async () => {
  const names = ['alike1', 'alike2']
  // Unlike that of any other run, and other bytes each time a step is run.
  const begin = `FROM ${base}\nENV RUN=${prefix}\nRUN head -c 99 /dev/urandom > /shared\n`
  const root = temporaryFolder()
  const layersWith = async (x: string) => {
    for (const name of names) {
      const text = `${begin}RUN head -c 99 /dev/urandom > /${name}\nCOPY x /x\n`
      fill(root, { [`${name}/Dockerfile`]: text, [`${name}/x`]: x })
    }
    const images = names.map((name) => image(name))
    const built = await workplace(root).build(...images)
    return images.map(({ ref }) => built.images.get(ref)?.layers.slice(0, -1))
  }
  const before = await layersWith('1')
  expect(before[0]?.slice(0, 2)).toEqual(before[1]?.slice(0, 2))
  expect(await layersWith('2')).toEqual(before)
})

test('its files have the times at which they were written, and a new time alone makes no step anew', async () => {
  const dockerfile = `FROM ${base}\nENV RUN=${prefix}\nCOPY first /first\nCOPY second /second\n`
  const root = temporaryFolder({ 'a/Dockerfile': dockerfile, 'a/first': '1', 'a/second': '1' })
  const a = image('a')
  const written = 1_000_000_000
  utimesSync(join(root, 'a/first'), written, written)
  const before = (await workplace(root).build(a)).images.get(a.ref)
  expect(await output(a.ref, 'stat', '-c', '%Y', '/first')).toBe(String(written))

  utimesSync(join(root, 'a/first'), written + 1, written + 1)
  fill(root, { 'a/second': '2' })
  const after = (await workplace(root).build(a)).images.get(a.ref)
  expect(after?.layers.slice(0, -1)).toEqual(before?.layers.slice(0, -1))
  expect(after?.layers.at(-1)).not.toBe(before?.layers.at(-1))
})

test('what .dockerignore keeps out does not come in and does not count', async () => {
  const root = temporaryFolder({
    'ignore/Dockerfile': `FROM ${base}\nCOPY . /in\n`,
    'ignore/.dockerignore': 'junk\n*.log',
    'ignore/junk/x': '',
    'ignore/a.log': '',
    'ignore/kept': '',
  })
  const one = image('ignore')
  await begun(root, one)
  expect(await output(one.ref, 'ls', '/in')).toBe('Dockerfile  kept')
  fill(root, { 'ignore/a.log': 'more', 'ignore/junk/y': '' })
  expect(await begun(root, one)).toEqual([])
})

test('its content address is known without an engine, and is the same in another folder', async () => {
  const things = { 'a/Dockerfile': `FROM ${base}\nCOPY x /x\n`, 'a/x': '1' }
  const at = (root: string) => imageInputs(image('a'), { playbookDir: root, cacheDir: join(root, 'cache') })
  const [one, two] = [temporaryFolder(things), temporaryFolder(things, awkward)]
  const digest = await at(one)
  expect(await at(two)).toBe(digest)
  fill(two, { 'a/x': '2' })
  expect(await at(two)).not.toBe(digest)
})

test('a failing step is shown with its line and its output, and leaves no image', async () => {
  const root = temporaryFolder({ 'bad/Dockerfile': `FROM ${base}\n\nRUN echo before; exit 7\nUSER x\n` })
  const bad = image('bad')
  const error = await failure(workplace(root).build(bad))
  expect(error).toMatchObject({
    code: 'build',
    message: `image ${bad.ref}: step 2 of 4 failed with exit code 7\n${root}/bad/Dockerfile:3: RUN echo before; exit 7`,
    help: `correct ${root}/bad/Dockerfile and run again`,
  })
  expect(error).toHaveProperty('output', expect.stringMatching(/^before$/m))
  expect(await isThere(bad.ref)).toBe(false)
})

test.each<[string, string, RegExp]>([
  [
    'an unknown instruction',
    `FROM ${base}\nRUNN x\n`,
    /bad2\/Dockerfile failed: .*unknown instruction: RUNN/,
  ],
  ['a file that is not in the context', `FROM ${base}\nCOPY nowhere /x\n`, /step 2 of 3 failed: .*nowhere/],
  [
    'a base that cannot be had',
    `FROM ${prefix}-nowhere:1\n`,
    /it is not on this machine and cannot be pulled: ./,
  ],
])('a Dockerfile is refused: %s', async (_, Dockerfile, message) => {
  const root = temporaryFolder({ 'bad2/Dockerfile': Dockerfile })
  expect(await failure(workplace(root).build(image('bad2')))).toHaveProperty(
    'message',
    expect.stringMatching(message),
  )
})

test('an image that is not built here is used when it is there, else it cannot be had', async () => {
  const root = temporaryFolder()
  await begun(root, { kind: 'image', ref: base, build: undefined })
  const { tasks, build } = workplace(root)
  const id = (await engine.getImage(base).inspect()).Id
  expect((await build({ kind: 'image', ref: base, build: undefined })).images.get(base)?.id).toBe(id)
  expect(tasks()).toEqual([])
  const nowhere = `${prefix}-nowhere:1`
  expect(await failure(build({ kind: 'image', ref: nowhere, build: undefined }))).toHaveProperty(
    'message',
    expect.stringMatching(`^image ${nowhere}: it is not on this machine and cannot be pulled: .`),
  )
})

test('an interruption leaves neither a container nor an image', async () => {
  const mark = `${prefix}-interrupted`
  const dockerfile = `FROM ${base}\nRUN echo ${mark}; sleep 300\n`
  const root = temporaryFolder({ 'slow/Dockerfile': dockerfile, 'waits/Dockerfile': dockerfile })
  const stop = new AbortController()
  const { build, lines } = workplace(root, { signal: stop.signal })
  const [slow, waits] = [image('slow'), image('waits')]
  const building = failure(build(slow, waits))
  await expect.poll(lines, { timeout: 60_000 }).toContain(mark)
  expect(await containersOf(mark)).toHaveLength(1)
  stop.abort()
  expect(await building).toMatchObject({ code: 'interrupted' })
  await expect.poll(() => containersOf(mark), { timeout: 20_000 }).toEqual([])
  expect(await isThere(slow.ref)).toBe(false)
  expect(await isThere(waits.ref)).toBe(false)
})

test('a Debian base that is not there is had once for all that need it', async () => {
  const missing = 'debian:bookworm'
  const wasThere = await isThere(missing)
  const root = temporaryFolder({
    'one/Dockerfile': `FROM ${missing}\nRUN dpkg --version\n`,
    'two/Dockerfile': `FROM ${missing}\nRUN test -d /etc/apt\n`,
  })
  if (!wasThere) toRemove(missing)
  const tasks = await begun(root, image('one'), image('two'))
  const wanted = wasThere ? [] : [`image ${missing}`]
  expect(tasks.filter((title) => title.includes(missing))).toEqual(wanted)
  expect(tasks).toHaveLength(wanted.length + 2)
  expect((await engine.getImage(missing).inspect()).Config.Cmd).toEqual(['bash'])
})

test('a Debian base that can be neither pulled nor made says why, and leaves nothing', async () => {
  const root = temporaryFolder()
  const nowhere = { kind: 'image', ref: 'debian:nosuchsuite', build: undefined } as const
  const error = await failure(workplace(root).build(nowhere))
  expect(error).toHaveProperty('message', expect.stringMatching(/mmdebstrap failed with exit code \d+$/))
  expect(error).toHaveProperty('output', expect.stringContaining('nosuchsuite'))
  expect(existsSync(join(root, '.provision/cache/base/nosuchsuite.tar'))).toBe(false)
  vi.stubEnv('PATH', '/nowhere')
  const missing = await failure(workplace(root).build(nowhere))
  vi.unstubAllEnvs()
  expect(missing).toMatchObject({ help: './scripts/quickstart.sh, or apt-get install mmdebstrap' })
})

test('an interruption while a Debian base is made leaves nothing', async () => {
  const root = temporaryFolder()
  const stop = new AbortController()
  const { build, lines } = workplace(root, { signal: stop.signal })
  const making = failure(build({ kind: 'image', ref: 'debian:nosuchsuite', build: undefined }))
  await expect.poll(() => lines().join('\n'), { timeout: 60_000 }).toContain('using /')
  stop.abort()
  expect(await making).toMatchObject({ code: 'interrupted' })
  expect(readdirSync(join(root, '.provision/cache/base'))).toEqual([])
  expect(readdirSync(tmpdir()).filter((name) => /^provision-base-.*nosuchsuite/.test(name))).toEqual([])
})

async function countingCalls(work: () => Promise<void>): Promise<number> {
  let calls = 0
  const count = () => {
    calls++
  }
  subscribe('http.client.request.start', count)
  await work()
  unsubscribe('http.client.request.start', count)
  return calls
}
