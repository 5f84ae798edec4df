import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Artifact, Build, Image, ImageBuild } from '../../src/core/build.ts'
import type { Event } from '../../src/core/event.ts'
import { buildAll, imageInputs, type BuildContext } from '../../src/engine/build/index.ts'
import { found, unless } from '../../src/transport/docker-error.ts'
import { localEngine } from '../../src/transport/engine.ts'
import { awkward, fill, temporaryFolder } from '../support/folder.ts'

const engine = await localEngine()
const base = 'debian:bookworm-slim'
const prefix = `btest-${process.pid}`
const made = new Set<string>()

afterAll(async () => {
  for (const ref of made) await unless([404, 409], engine.getImage(ref).remove())
})

/** A declared image of this test's own, to be removed after all tests. */
function image(name: string, build: Partial<ImageBuild> | undefined = {}): Image {
  const ref = `${prefix}-${name}:latest`
  made.add(ref)
  return {
    kind: 'image',
    ref,
    build: { context: name, dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [], ...build },
  }
}

const artifact = (over: Partial<Artifact>): Artifact => ({
  kind: 'artifact',
  name: `${prefix}.txt`,
  run: ['sh', '-c', 'cat in > out; echo said'],
  cwd: '.',
  inputs: ['in'],
  output: 'out',
  env: {},
  in: undefined,
  ...over,
})

function workplace(playbookDir: string, over: Partial<BuildContext> = {}) {
  const events: Event[] = []
  const context: BuildContext = {
    playbookDir,
    cacheDir: join(playbookDir, '.provision/cache'),
    engine: () => Promise.resolve(engine),
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
    ...over,
  }
  const tasks = () => events.flatMap((event) => (event.event === 'task-started' ? [event.title] : []))
  const lines = () => events.flatMap((event) => (event.event === 'task-output' ? [event.line] : []))
  return { context, events, tasks, lines, build: (...builds: Build[]) => buildAll(builds, context) }
}

/** Builds and gives what was shown as begun. */
async function begun(root: string, ...builds: Build[]): Promise<string[]> {
  const { tasks, build } = workplace(root)
  await build(...builds)
  return tasks()
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Runs a command in an image and gives its output. */
async function output(ref: string, ...command: string[]): Promise<string> {
  const container = await engine.createContainer({ Image: ref, Entrypoint: command, Tty: true })
  try {
    await container.start()
    await container.wait()
    return (await container.logs({ stdout: true })).toString().trim()
  } finally {
    await container.remove({ force: true })
  }
}

describe('images', () => {
  test('one is built once, costs two calls to find so, and is built again when a file changes', async () => {
    const root = temporaryFolder({ 'a/Dockerfile': `FROM ${base}\nCOPY x /x\n`, 'a/x': '1' })
    const a = image('a')
    const first = workplace(root)
    const { images } = await first.build(a)
    expect(first.tasks()).toContain(`image ${a.ref}`)
    expect(first.events).toContainEqual(
      expect.objectContaining({ event: 'task-progress', total: 3, unit: 'steps' }),
    )
    const before = images.get(a.ref)
    expect(before).toMatchObject({ ref: a.ref, changed: [] })
    expect(await output(a.ref, 'cat', '/x')).toBe('1')

    const again = workplace(root)
    const calls = await countingCalls(async () => {
      expect((await again.build(a)).images.get(a.ref)).toEqual(before)
    })
    expect(again.tasks()).toEqual([])
    expect(calls).toBeLessThanOrEqual(2)

    fill(root, { 'a/x': '2' })
    const after = (await workplace(root).build(a)).images.get(a.ref)
    expect(after?.changed).toEqual(['a/x'])
    expect(after?.fingerprint).not.toBe(before?.fingerprint)
    expect(await output(a.ref, 'cat', '/x')).toBe('2')
    // What it replaced is gone.
    expect(await found(engine.getImage(before?.id ?? '').inspect())).toBeUndefined()
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
    expect(await failure(workplace(root).build(bad))).toMatchObject({
      code: 'build',
      message: `image ${bad.ref}: step 2 of 4 failed with exit code 7\n${root}/bad/Dockerfile:3: RUN echo before; exit 7`,
      output: expect.stringContaining('before') as unknown,
      help: expect.stringContaining('bad/Dockerfile') as unknown,
    })
    expect(await found(engine.getImage(bad.ref).inspect())).toBeUndefined()
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
    expect(await failure(build({ kind: 'image', ref: nowhere, build: undefined }))).toMatchObject({
      code: 'build',
      message: expect.stringContaining(
        `image ${nowhere}: it is not on this machine and cannot be pulled`,
      ) as unknown,
    })
  })

  test('an interruption leaves neither a container nor an image', async () => {
    const mark = `${prefix}-interrupted`
    const root = temporaryFolder({ 'slow/Dockerfile': `FROM ${base}\nRUN echo ${mark}; sleep 300\n` })
    const stop = new AbortController()
    const { build, lines } = workplace(root, { signal: stop.signal })
    const slow = image('slow')
    const building = failure(build(slow))
    await expect.poll(lines, { timeout: 60_000 }).toContain(mark)
    expect(await containersOf(mark)).toHaveLength(1)
    stop.abort()
    expect(await building).toMatchObject({ code: 'interrupted' })
    await expect.poll(() => containersOf(mark), { timeout: 20_000 }).toEqual([])
    expect(await found(engine.getImage(slow.ref).inspect())).toBeUndefined()
  })
})

describe('artifacts in an image', () => {
  const builder: Image = { kind: 'image', ref: base, build: undefined }

  test('are built from files with awkward names, and belong to the caller', async () => {
    const cwd = `${awkward}: a,b=c`
    const root = temporaryFolder({ [`${cwd}/in`]: 'content' }, awkward)
    chmodSync(join(root, cwd), 0o777)
    vi.spyOn(process, 'getuid').mockReturnValue(12_345)
    vi.spyOn(process, 'getgid').mockReturnValue(23_456)
    const one = artifact({
      cwd,
      in: builder,
      run: ['sh', '-c', 'cat in > "$1"; echo "$V said"; echo to stderr >&2; touch "$HOME/x"', 'sh', awkward],
      output: awkward,
      env: { V: awkward },
    })
    const { build, lines } = workplace(root)
    const file = (await build(one)).built.get(`artifact ${one.name}`)?.files[0]?.source ?? ''
    vi.restoreAllMocks()
    expect(readFileSync(file, 'utf8')).toBe('content')
    expect(statSync(file)).toMatchObject({ uid: 12_345, gid: 23_456 })
    expect(lines().join('\n')).toContain(`${awkward} said`)
    expect(lines()).toContain('to stderr')
    expect(await buildersOf(one.name)).toEqual([])
  })

  test('may use files beside the folder in which they are built', async () => {
    const root = temporaryFolder({ 'app/in': '', 'common/x': 'shared' })
    const one = artifact({
      in: builder,
      cwd: 'app',
      inputs: ['in', '../common/**'],
      run: ['cp', '../common/x', 'out'],
    })
    const file = (await workplace(root).build(one)).built.get(`artifact ${one.name}`)?.files[0]?.source ?? ''
    expect(readFileSync(file, 'utf8')).toBe('shared')
  })

  test('have their image built before, and only when they have to be built themselves', async () => {
    const root = temporaryFolder({ in: '1', 'tool/Dockerfile': `FROM ${base}\nENV TOOL=1\n` })
    const tool = image('tool')
    const one = artifact({ in: tool, run: ['sh', '-c', 'test "$TOOL" = 1; cat in > out'] })
    expect(await begun(root, one)).toEqual([`image ${tool.ref}`, `artifact ${one.name}`])
    await engine.getImage(tool.ref).remove()
    expect(await begun(root, one)).toEqual([])
    fill(root, { in: '2' })
    expect(await begun(root, one)).toEqual([`image ${tool.ref}`, `artifact ${one.name}`])
    fill(root, { 'tool/Dockerfile': `FROM ${base}\nENV TOOL=1 MORE=1\n` })
    expect(await begun(root, one)).toEqual([`image ${tool.ref}`, `artifact ${one.name}`])
  })

  test.each<[string, string[], RegExp]>([
    [
      'a command that fails',
      ['sh', '-c', 'echo said; exit 4'],
      /`sh -c .*` in debian:.* failed with exit code 4$/,
    ],
    ['a program that is not there', ['no-such-program'], /it cannot be started in debian:.*no-such-program/],
    ['an output that is missing', ['true'], /the command succeeded, but there is no .*out$/],
  ])('say what is wrong: %s', async (_, run, message) => {
    const one = artifact({ in: builder, run })
    const error = await failure(workplace(temporaryFolder({ in: '' })).build(one))
    expect(error).toHaveProperty('message', expect.stringMatching(message))
    expect(await buildersOf(one.name)).toEqual([])
  })

  test('are refused by an engine that does not see the files', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://192.0.2.1:2375')
    const error = await failure(workplace(temporaryFolder({ in: '' })).build(artifact({ in: builder })))
    vi.unstubAllEnvs()
    expect(error).toHaveProperty('message', expect.stringContaining("does not see this machine's files"))
  })

  test('leave no container when they are interrupted', async () => {
    const stop = new AbortController()
    const { build, lines } = workplace(temporaryFolder({ in: '' }), { signal: stop.signal })
    const one = artifact({ in: builder, run: ['sh', '-c', 'echo up; sleep 300'] })
    const building = failure(build(one))
    await expect.poll(lines, { timeout: 30_000 }).toContain('up')
    stop.abort()
    expect(await building).toMatchObject({ code: 'interrupted' })
    await expect.poll(() => buildersOf(one.name)).toEqual([])
  })
})

test('a Debian base that is not there is had once for all that need it', async () => {
  const missing = 'debian:bookworm'
  const wasThere = await found(engine.getImage(missing).inspect())
  const root = temporaryFolder({
    'one/Dockerfile': `FROM ${missing}\nRUN dpkg --version\n`,
    'two/Dockerfile': `FROM ${missing}\nRUN test -d /etc/apt\n`,
  })
  if (!wasThere) made.add(missing)
  const tasks = await begun(root, image('one'), image('two'))
  const wanted = wasThere ? [] : [`base image ${missing}`]
  expect(tasks.filter((title) => title.startsWith('base'))).toEqual(wanted)
  expect(tasks).toHaveLength(wanted.length + 2)
  expect((await engine.getImage(missing).inspect()).Config.Cmd).toEqual(['bash'])
})

async function countingCalls(work: () => Promise<void>): Promise<number> {
  let calls = 0
  const count = () => void calls++
  subscribe('http.client.request.start', count)
  await work()
  unsubscribe('http.client.request.start', count)
  return calls
}

/** Containers whose command holds a mark. */
async function containersOf(mark: string): Promise<string[]> {
  const all = await engine.listContainers({ all: true })
  return all.filter(({ Command }) => Command.includes(mark)).map(({ Id }) => Id)
}

async function buildersOf(name: string): Promise<string[]> {
  const filters = { label: [`provision.builder=${name}`] }
  return (await engine.listContainers({ all: true, filters })).map(({ Id }) => Id)
}
