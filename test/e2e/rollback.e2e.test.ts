import { existsSync, readdirSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keptRepository } from '../../src/engine/rollback/images.ts'
import { matching } from '../support/matching.ts'
import { planned } from '../support/planned.ts'
import type { Called } from '../support/project.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

const run = promisify(execFile)

/** Back to what an earlier run had made, after edits of all that a system is made from. */
describe('rolling back', () => {
  let project: Scratch
  let engineImages: () => Promise<string>

  const pages = Array.from({ length: 40 }, (_, index) => String(index))

  /** Artifact, folder, image, param and playbook carry the same word. */
  const edit = (word: string, command = 'exec sleep 1000'): void => {
    project.write(`playbooks/${project.prefix}/input.txt`, word)
    project.write(`playbooks/${project.prefix}/www/page.html`, word)
    // So many that they are kept as one.
    for (const page of pages) project.write(`playbooks/${project.prefix}/www/many/${page}`, word + page)
    project.write('app/Dockerfile', `FROM debian:bookworm-slim\nENV IMAGE=${word} OF=${project.prefix}\n`)
    project.playbook(
      `const app = image('${project.prefix}/app', { build: '../../app' })
const built = artifact('out.txt', { run: ['sh', '-c', 'cat input.txt > out.txt; echo built'], cwd: '.', inputs: ['input.txt'], output: 'out.txt' })
return [
  push(one, built, { to: '/var/out.txt' }),
  tree(one, '/var/www', { from: './www' }),
  container(one, 'app', { image: app, env: { PLAYBOOK: '${word}', SAY: params.say }, command: ['sh', '-c', ${JSON.stringify(command)}], stopTimeout: '1s' }),
]`,
      "params: { say: { type: 'string', default: 'default' } },",
    )
  }
  const state = async (): Promise<readonly string[]> => [
    await project.on('one', 'cat', '/var/out.txt', '/var/www/page.html', '/var/www/many/39'),
    await project.on('one', 'docker', 'exec', 'app', 'sh', '-c', 'echo $IMAGE $PLAYBOOK $SAY'),
  ]
  const nameless = (): Promise<string> =>
    project.on('one', 'docker', 'images', '--quiet', '--no-trunc', '--filter', 'dangling=true')
  const call = (...args: readonly string[]): Promise<Called> => project.provision([...args, '--json'])
  const failureOf = ({ events }: Called): unknown =>
    events.findLast(({ event }) => event === 'failed')?.['failure']

  beforeAll(() => {
    project = scratchOnSharedBox('one')
    const stateDir = join(project.dir, '.provision', project.prefix)
    engineImages = async () =>
      (await run('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}', keptRepository(stateDir)]))
        .stdout
  })
  afterAll(() => project.remove())

  it('refuses while nothing has run', async () => {
    edit('first')
    const called = await call('rollback')
    expect(called.code).toBe(2)
    expect(failureOf(called)).toMatchObject({ message: matching(/nothing is kept/) })
  })

  it('brings back artifact, folder, image, param and playbook, and builds nothing', async () => {
    expect((await call('quickstart', '--param', 'say=hello')).code).toBe(0)
    const first = await state()
    expect(first).toEqual(['firstfirstfirst39', 'first first hello\n'])
    const theirs = await project.on('one', 'sh', '-c', 'tar -c -C /etc hostname | docker import -')
    edit('second')
    expect((await call('refresh')).code).toBe(0)
    // The former version would only fill the disk: it comes back from here.
    expect(await nameless()).toBe(theirs)
    const second = await state()
    expect(second).toEqual(['secondsecondsecond39', 'second second default\n'])
    edit('third')

    const preview = await call('rollback', '--plan')
    expect(preview.code).toBe(0)
    expect(planned(preview)).toMatchObject({ 'one/container/app': ['env.PLAYBOOK', 'env.SAY', 'image'] })
    expect(await state()).toEqual(second)
    const called = await call('rollback')
    expect(said(called)).not.toContain('"line":"built"')
    expect(called.code).toBe(0)
    expect(planned(called)).toMatchObject({ 'one/container/app': ['env.PLAYBOOK', 'env.SAY', 'image'] })
    expect(await state()).toEqual(first)
    expect(said(await project.provision(['history']))).toMatch(/3 .* rollback to 1 .* ok\n/)

    expect((await call('rollback')).code).toBe(0)
    expect(await state()).toEqual(second)
    expect((await call('rollback', '1')).code).toBe(0)
    expect(await state()).toEqual(first)
    expect(planned(await call('rollback', '1'))).toEqual({})
  })

  it('needs no playbook that can be loaded', async () => {
    project.write(`playbooks/${project.prefix}/playbook.ts`, 'this is no playbook')
    const history = await project.provision(['history'])
    expect(history.stderr).toMatch(/the playbook cannot be loaded/)
    expect(history.stdout).toMatch(/^6 .* rollback to 1 /m)
    expect((await call('rollback', '2')).code).toBe(0)
    expect(await state()).toEqual(['secondsecondsecond39', 'second second default\n'])
    edit('third')
  })

  it.each([
    ['a run that there is not', '99', /no run "99"/],
    ['a word that is no number', 'shop', /no run "shop"/],
    ['a run that stopped the hosts', '8', /left nothing to roll back to/],
  ])('refuses %s, and names those that it can', async (_, number, message) => {
    if (number === '8') for (const word of ['stop', 'start']) expect((await call(word)).code).toBe(0)
    const called = await call('rollback', number)
    expect(called.code).toBe(2)
    expect(failureOf(called)).toMatchObject({
      message: matching(message),
      help: matching(/rolled back to 7, 6, 5, 4, 3, 2, 1 /),
    })
  })

  it('refuses, before anything changes, what has lost its image', async () => {
    const kept = (await engineImages()).trim().split('\n')
    expect(kept).toHaveLength(2)
    const before = await state()
    const ids = await Promise.all(
      kept.map(
        async (name) =>
          (await run('docker', ['inspect', '--format', '{{.Config.Env}} {{.Id}}', name])).stdout,
      ),
    )
    const at = ids.findIndex((text) => text.includes('IMAGE=first'))
    await run('docker', ['rmi', kept[at] ?? ''])
    const called = await call('rollback', '1')
    expect(called.code).toBe(1)
    expect(failureOf(called)).toMatchObject({
      code: 'state',
      message: matching(/app:latest cannot be brought back/),
    })
    expect(await state()).toEqual(before)
  })

  it('leaves nothing kept when the environment is destroyed', async () => {
    const kept = join(project.dir, '.provision', project.prefix, 'kept')
    expect(readdirSync(join(kept, 'states')).length).toBe(2)
    expect((await call('destroy', '--yes')).code).toBe(0)
    expect(await engineImages()).toBe('')
    expect(existsSync(kept)).toBe(false)
  })
})
