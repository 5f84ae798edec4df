import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matching } from '../support/matching.ts'
import { planned } from '../support/planned.ts'
import type { Called } from '../support/project.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

/** New content of what a container mounts that does not work. */
describe('a deploy that fails because of what a container mounts', () => {
  let project: Scratch

  const call = (...args: readonly string[]): Promise<Called> => project.provision([...args, '--json'])
  const failures = ({ events }: Called): readonly unknown[] =>
    events.flatMap(({ event, failure }) => (event === 'failed' ? [failure] : []))
  /** What its process is: each content runs another command. */
  const runs = async (): Promise<string | undefined> =>
    / (sleep \d+)$/m.exec(await project.on('one', 'docker', 'top', 'app', '-eo', 'pid,args'))?.[1]

  /** Writes a playbook whose container is ready only with one of its contents. */
  const contentOf =
    (mount: (script: string) => string, path: string) =>
    (seconds: number, gate = 'true', options = ''): void => {
      const word = seconds === 1111 ? 'good' : 'bad'
      const script = `echo ${word}; exec sleep ${seconds}`
      project.write(`playbooks/${project.prefix}/code/run.sh`, script)
      project.playbook(
        `const gate = command(one, 'gate', { run: ['true'], unless: ['${gate}'] })
return [container(one, 'app', { image: tiny, command: ['sh', '/code/run.sh'], mounts: { '${path}': ${mount(script)} }, stopTimeout: '1s', ready: { log: 'good', timeout: '2s' } }, { needs: [gate] })]`,
        options,
      )
    }
  const fine = async (command = 'refresh'): Promise<ReturnType<typeof planned>> => {
    const called = await call(command)
    expect(called.code, said(called)).toBe(0)
    return planned(called)
  }
  const failed = async (message: string): Promise<void> => {
    const called = await call('refresh')
    expect(called.code).toBe(1)
    expect(failures(called)).toMatchObject([{ message: matching(new RegExp(message)) }])
  }

  beforeAll(() => {
    project = scratchOnSharedBox('one')
  })
  afterAll(async () => {
    await project.remove()
  })

  it.each([
    [
      'a text of the playbook',
      (script: string) => `file(one, '/var/text/run.sh', { content: ${JSON.stringify(script)} })`,
      '/code/run.sh',
    ],
    ['a folder', () => "{ from: tree(one, '/var/folder', { from: './code' }), restart: true }", '/code'],
  ])('%s: the former container runs on it, and is made anew once its own is back', async (_, mount, path) => {
    const content = contentOf(mount, path)
    const notReady = `not ready .* \\(the former one is back, but not the former content of ${path}\\)$`

    content(1111)
    await fine('quickstart')
    content(2222)
    await failed(notReady)
    expect(await runs()).toBe('sleep 2222')
    // The content comes back, but nobody gets to the container.
    content(1111, 'false')
    await failed('command gate: it succeeded, but')
    expect(await runs()).toBe('sleep 2222')
    content(1111)
    expect(await fine()).toEqual({ 'one/container/app': [`mounts.${path}`] })
    expect(await runs()).toBe('sleep 1111')
    expect(await fine()).toEqual({})

    content(2222)
    await failed(notReady)
    content(1111)
    expect(await fine()).toMatchObject({ 'one/container/app': [`mounts.${path}`] })
    expect(await runs()).toBe('sleep 1111')
    expect(await fine()).toEqual({})

    content(2222, 'true', 'transaction: true,')
    await failed(notReady)
    expect(await runs()).toBe('sleep 1111')
    content(1111)
    expect(await fine()).toEqual({})
  })

  it('a file that an earlier run has kept: it is put back with the container', async () => {
    const content = contentOf(
      () => "file(one, '/var/code/run.sh', { from: './code/run.sh' })",
      '/code/run.sh',
    )
    const onHost = () => project.on('one', 'cat', '/var/code/run.sh')
    content(1111)
    await fine('quickstart')
    content(2222)
    await failed('not ready .* \\(the former one is back, with the former content of /code/run\\.sh\\)$')
    expect([await runs(), await onHost()]).toEqual(['sleep 1111', 'echo good; exec sleep 1111'])
    // Nothing hides that the new content never came to be.
    await failed('with the former content')
    content(1111)
    expect(await fine()).toEqual({})
    expect(await runs()).toBe('sleep 1111')
  })
})
