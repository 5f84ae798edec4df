import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildId, type Artifact, type Build } from '../../../src/core/build/index.ts'
import { awkward, fill, temporaryFolder } from '../../support/folder.ts'
import { artifact, built, workplace } from './artifact-place.ts'

test('is built once, and again only when what goes into it changes', async () => {
  const root = temporaryFolder({ 'src/a': '1', 'src/b': '2' })
  const first = await built(root)
  expect(first.ran).toBe(true)
  expect(first.lines).toEqual(['building'])
  expect(first.result).toMatchObject({ name: 'x.jar', type: 'file', made: 'now', changed: [] })
  expect(readFileSync(first.result?.files[0]?.source ?? '', 'utf8')).toBe('12')
  expect(await built(root)).toMatchObject({ ran: false, result: { ...first.result, made: 'before' } })

  fill(root, { 'src/b': '3', 'src/c': '4' })
  rmSync(join(root, 'src/a'))
  expect(await built(root)).toMatchObject({
    ran: true,
    result: { made: 'now', changed: ['src/a', 'src/b', 'src/c'] },
  })
  expect((await built(root)).ran).toBe(false)
})

test.each<[string, Partial<Artifact>]>([
  ['another command', { run: ['cp', 'src/a', 'out/x.jar'] }],
  ['another variable', { env: { A: '1' } }],
  ['other inputs', { inputs: ['src/**', 'more'] }],
])('is built again for %s', async (_, over) => {
  const root = temporaryFolder({ 'src/a': '1', more: '' })
  await built(root)
  expect((await built(root, artifact(over))).ran).toBe(true)
})

test('is built again when its output is gone or was tampered with', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const output = join(root, 'out/x.jar')
  await built(root)
  rmSync(output)
  expect((await built(root)).ran).toBe(true)
  writeFileSync(output, 'tampered')
  expect((await built(root)).ran).toBe(true)
  expect(readFileSync(output, 'utf8')).toBe('1')
})

test('a folder is an artifact too', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const run = ['sh', '-c', 'mkdir -p out/js; cp src/a out/js/a; echo > out/index.html']
  const { result } = await built(root, artifact({ run, output: 'out' }))
  expect(result?.type).toBe('folder')
  expect(result?.files.map(({ path }) => path)).toEqual(['index.html', 'js/a'])
})

test('no shell reads names, arguments or variables', async () => {
  const root = temporaryFolder({ [`${awkward}/in`]: '' }, awkward)
  const run = ['sh', '-c', 'printf "%s|%s" "$1" "$V" > "$2"', 'sh', awkward, awkward]
  const { result } = await built(
    root,
    artifact({ name: awkward, run, cwd: awkward, inputs: ['in'], output: awkward, env: { V: awkward } }),
  )
  expect(readFileSync(result?.files[0]?.source ?? '', 'utf8')).toBe(`${awkward}|${awkward}`)
})

test.each<[string, Partial<Artifact>, { message: RegExp; help?: RegExp; output?: RegExp }]>([
  [
    'a command that fails, with the end of its output',
    { run: ['sh', '-c', 'for i in $(seq 50); do echo line $i; done; echo broken >&2; exit 3'] },
    {
      message: /^artifact x.jar: `sh -c .*` failed with exit code 3$/,
      output: /^(?![^]*line 20\n)(?=[^]*broken)[^]*line 50/,
    },
  ],
  [
    'a program that is not there',
    { run: ['no-such-program'] },
    { message: /exit code 127/, help: /is the program there/ },
  ],
  ['a command that a signal ends', { run: ['sh', '-c', 'kill -9 $$'] }, { message: /was ended by SIGKILL/ }],
  [
    'an output that is missing, with the nearest name',
    { output: 'out/y.jar' },
    { message: /the command succeeded, but there is no .*out\/y.jar$/, help: /did you mean "x.jar"\?/ },
  ],
  [
    'a folder to build in that is missing',
    { cwd: 'sorc' },
    { message: /there is no folder .*sorc/, help: /"src"/ },
  ],
])('says what is wrong: %s', async (_, over, { message, help = /./, output = /^/ }) => {
  const root = temporaryFolder({ 'src/a': '1' })
  const error: unknown = await built(root, artifact(over)).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ name: 'ProvisionError' })
  expect(error).toHaveProperty('message', expect.stringMatching(message))
  expect(error).toHaveProperty('help', expect.stringMatching(help))
  if (output.source !== '^') expect(error).toHaveProperty('output', expect.stringMatching(output))
})

test('all failures are told, and what does not depend on them is built', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const { build } = workplace(root)
  const fails = (name: string) => artifact({ name, run: ['false'], output: name })
  const error: unknown = await build(fails('one'), artifact(), fails('two')).catch(
    (reason: unknown) => reason,
  )
  expect(error).toHaveProperty('message', '2 builds failed')
  expect(error).toHaveProperty(
    'output',
    expect.stringMatching(/artifact one: `false` failed[^]*artifact two: `false` failed/),
  )
  expect(existsSync(join(root, 'out/x.jar'))).toBe(true)
})

const copying = ['sh', '-c', 'mkdir -p out; cat lib > out/x.jar']

/** One that takes its time to make what another one reads. */
const slow = (over: Partial<Artifact> = {}): Artifact =>
  artifact({ name: 'lib', run: ['sh', '-c', 'sleep 0.3; cat src/* > lib'], output: 'lib', ...over })

test.each<[how: string, app: (lib: Artifact) => Artifact]>([
  ['whose output is among its inputs', () => artifact({ inputs: ['lib'], run: copying })],
  ['that it needs', (lib) => artifact({ inputs: ['own'], needs: [lib], run: copying })],
])('an artifact waits for one %s, and is built again with it', async (_, appOf) => {
  const root = temporaryFolder({ 'src/a': '1', own: '' })
  const lib = slow()
  const app = appOf(lib)
  const run = async () => {
    const place = workplace(root)
    const { built } = await place.build(app, lib)
    expect(readFileSync(join(root, 'out/x.jar'), 'utf8')).toBe(readFileSync(join(root, 'src/a'), 'utf8'))
    const tasks = place.events.flatMap((event) => (event.event === 'task-started' ? [event.title] : []))
    return [tasks, built.get(buildId(app))?.changed]
  }
  expect(await run()).toEqual([['artifact lib', 'artifact x.jar'], []])
  expect(await run()).toEqual([[], []])
  fill(root, { 'src/a': '2' })
  expect(await run()).toEqual([['artifact lib', 'artifact x.jar'], ['lib']])
})

test('an artifact is built in a folder that another one makes', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const made = slow({ run: ['sh', '-c', 'sleep 0.3; mkdir made; cp src/a made'], output: 'made' })
  const inside = artifact({ cwd: 'made', inputs: ['*'], run: ['cp', 'a', 'b'], output: 'b' })
  const { built } = await workplace(root).build(inside, made)
  expect(built.get(buildId(inside))?.type).toBe('file')
})

test('a `.dockerignore` that cannot be read keeps nothing from being built but its image', async () => {
  const root = temporaryFolder({ 'src/a': '1', 'out/Dockerfile': 'FROM scratch', 'out/.dockerignore/x': '' })
  const image: Build = {
    ...{ kind: 'image', ref: 'x' },
    build: { context: 'out', dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [] },
  }
  await expect(workplace(root).build(image, artifact())).rejects.toThrow(/^image x: .*EISDIR/)
  expect(existsSync(join(root, 'out/x.jar'))).toBe(true)
})

test('an artifact that needs one which fails is not begun, and its failure counts once', async () => {
  const root = temporaryFolder({ 'src/a': '1', own: '' })
  const lib = slow({ run: ['false'] })
  const { build, events } = workplace(root)
  const error = await build(artifact({ inputs: ['own'], needs: [lib] }), lib).catch(
    (reason: unknown) => reason,
  )
  expect(error).toHaveProperty('message', 'artifact lib: `false` failed with exit code 1')
  expect(events.filter(({ event }) => event === 'task-started')).toHaveLength(1)
})

test('a folder is read once what is built into it lies there', async () => {
  const root = temporaryFolder({ 'src/a': '1', 'www/index.html': 'x' })
  const folder: Build = { kind: 'folder', path: 'www', exclude: [] }
  const into = slow({ run: ['sh', '-c', 'sleep 0.3; cat src/* > www/app.js'], output: 'www/app.js' })
  const { built } = await workplace(root).build(folder, into)
  expect(built.get(buildId(folder))?.files.map(({ path }) => path)).toEqual(['app.js', 'index.html'])
})

test('a failed build is tried again', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const run = ['sh', '-c', 'mkdir -p out; echo half > out/x.jar; test -e ok']
  await expect(built(root, artifact({ run }))).rejects.toThrow('exit code 1')
  await expect(built(root, artifact({ run }))).rejects.toThrow('exit code 1')
  fill(root, { ok: '' })
  expect((await built(root, artifact({ run }))).ran).toBe(true)
})

test('an interruption ends the command with all that it started', async () => {
  const root = temporaryFolder({ 'src/a': '1' })
  const stop = new AbortController()
  const { build } = workplace(root, { signal: stop.signal })
  const run = ['sh', '-c', 'sleep 60 & echo $! > child; trap "" TERM; wait; sleep 60']
  const building = build(artifact({ run }))
  const child = join(root, 'child')
  await expect.poll(() => existsSync(child) && statSync(child).size > 0).toBe(true)
  stop.abort()
  await expect(building).rejects.toMatchObject({ code: 'interrupted' })
  const pid = Number(readFileSync(child, 'utf8'))
  await expect.poll(() => isAlive(pid)).toBe(false)
})

/** A dead process that nobody has collected yet does not count as alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
