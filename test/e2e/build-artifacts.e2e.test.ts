import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import type { Image } from '../../src/core/build/index.ts'
import { awkward, fill, temporaryFolder } from '../support/folder.ts'
import {
  artifact,
  base,
  begun,
  buildersOf,
  engine,
  failure,
  image,
  removeImages,
  workplace,
} from '../support/builds.ts'

afterAll(removeImages)

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
