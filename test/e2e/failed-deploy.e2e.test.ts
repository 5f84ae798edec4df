import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../support/the-cli.ts'
import { startLive } from '../support/live.ts'
import { matching } from '../support/matching.ts'
import { planned } from '../support/planned.ts'
import type { Called } from '../support/project.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

const steady = "command: ['sleep', '1000']"
const script = (text: string): string => `command: ['sh', '-c', ${JSON.stringify(text)}]`

/** A new version that does not come up: its predecessor is back, and people are told why. */
describe('a deploy that fails', () => {
  let project: Scratch

  const deploy = (app: string, before = '', options = ''): void =>
    project.playbook(
      `${before}
const word = file(two, '/etc/word', { content: ${JSON.stringify(app)} })
return [
  word,
  command(two, 'mark', { run: ['cp', '/etc/word', '/var/mark'], unless: ['cmp', '-s', '/etc/word', '/var/mark'] }, { needs: [word] }),
  container(one, 'app', { image: tiny, mounts: { '/data': volume(one, 'data') }, ports: { x: 80 }, stopTimeout: '1s', ${app} }${before === '' ? '' : ', { needs: [last] }'}),
]`,
      options,
    )
  const call = (...args: readonly string[]): Promise<Called> => project.provision([...args, '--json'])
  const failures = ({ events }: Called): readonly unknown[] =>
    events.flatMap(({ event, failure }) => (event === 'failed' ? [failure] : []))
  const notes = ({ events }: Called): readonly unknown[] =>
    events.flatMap(({ event, text }) => (event === 'note' ? [text] : []))
  const containers = async (): Promise<string> =>
    project.on(
      'one',
      'docker',
      'ps',
      '--all',
      '--no-trunc',
      '--filter',
      'label=provision.resource',
      '--format',
      '{{.ID}} {{.Names}} {{.State}}',
    )
  const word = (): Promise<string> => project.on('two', 'cat', '/etc/word')

  beforeAll(() => {
    project = scratchOnSharedBox('one', 'two')
  })
  afterAll(async () => {
    await project.remove()
  })

  it('with nothing to go back to says so, and keeps what failed to be looked at', async () => {
    deploy(
      `${script('echo the first; exit 3')}, ready: { tcp: 'x', timeout: '9s' }`,
      '',
      'transaction: true,',
    )
    const called = await call('quickstart')
    expect(called.code).toBe(1)
    expect(notes(called)).toContainEqual(matching(/nothing is put back: no run has gone well yet/))
    expect(failures(called)).toMatchObject([{ code: 'ready', help: matching(/ logs app( |$)/) }])
    expect(said(await project.provision(['logs', 'app']))).toMatch(/the first/)
    deploy(steady)
    expect((await call('refresh')).code).toBe(0)
    // It was as it should be before the word was changed.
    expect(await project.on('two', 'cat', '/var/mark')).toBe(steady)
    expect(planned(await call('refresh'))).toEqual({})
  })

  it.each<[string, string, string, RegExp, RegExp]>([
    [
      'keeps ending',
      `${script('echo new; exit 3')}, ready: { tcp: 'x', timeout: '9s' }`,
      '',
      /keeps restarting \(exit code 3\)/,
      /^new$/m,
    ],
    [
      'is not ready in time',
      `${script('echo new; sleep 99')}, ready: { tcp: 'x', timeout: '1s' }`,
      '',
      /not ready after 1\.0 s/,
      /^new$/m,
    ],
    ['has no such program', `command: ['/no/such']`, '', /container app: .*no such file/, /^/],
    [
      'lacks memory',
      `${script('echo new; a=0123456789; while :; do a=$a$a; done')}, memory: '8m', restart: 'no', ready: { tcp: 'x', timeout: '20s' }`,
      '',
      /want of memory|exit code (137|2)/,
      /^new$/m,
    ],
    [
      'needs a port that is taken',
      `${steady}, publish: { x: 8099 }`,
      "const last = command(one, 'squat', { run: ['docker', 'run', '-d', '--name', 'squat', '-p', '8099:80', tiny.ref, 'sleep', '1000'], unless: ['docker', 'inspect', 'squat'] })",
      /port 8099\/tcp is taken by container squat/,
      /^/,
    ],
    [
      'has lost its network',
      `${steady}, network: net`,
      "const net = network(one, 'gone'); const last = command(one, 'lose', { run: ['sh', '-c', 'docker network rm gone && touch /var/lost'], creates: '/var/lost' }, { needs: [net] })",
      /network gone not found|not on this host/,
      /^/,
    ],
  ])('because the new container %s: the former one is back', async (_, app, before, message, output) => {
    const was = await containers()
    expect(was.trim().split('\n')).toHaveLength(1)
    deploy(app, before)
    const called = await call('refresh')
    expect(called.code).toBe(1)
    const [failure, ...others] = failures(called)
    expect(others).toEqual([])
    expect(failure).toMatchObject({ message: matching(message) })
    expect(failure).toMatchObject({ message: matching(/\(the former one is back\)$/) })
    expect(await containers()).toBe(was)
    const shown = said(await project.provision(['history', 'show']))
    expect(shown).toMatch(/ended +failed/)
    if (String(output) === '/^/') return
    expect(failure).toMatchObject({ output: matching(output), help: matching(/ history show /) })
    expect(shown).toMatch(/^ {2}new$/m)
    // What is asked for by its name is the one that is back.
    expect(said(await project.provision(['logs', 'app']))).not.toMatch(/new/)
  })

  it('because the tool was killed in between: the next run finds its way', async () => {
    await project.on('one', 'docker', 'rm', '-f', 'squat')
    deploy(`${script('sleep 77')}, ready: { tcp: 'x', timeout: '60s' }`)
    const live = startLive(cli, ['refresh'], project.dir)
    await live.until('task-started', 2)
    while ((await containers()).split('app').length < 3) await new Promise((go) => setTimeout(go, 50))
    live.kill('SIGKILL')
    await live.ended
    deploy(steady)
    expect((await call('refresh')).code).toBe(0)
    expect(await containers()).toMatch(/^\w+ app running\n$/)
  })

  it('as a transaction takes back what it did to other hosts, and says what it could not', async () => {
    const [was, before] = await Promise.all([containers(), word()])
    // The former version has no such param.
    const options = "transaction: true, params: { replicas: { type: 'int', default: 1 } },"
    deploy(`${script('echo new; exit 3')}, ready: { tcp: 'x', timeout: '9s' }`, '', options)
    const called = await call('refresh', '--param', 'replicas=3')
    expect(called.code).toBe(1)
    expect(failures(called)).toMatchObject([{ message: matching(/keeps restarting/) }])
    expect(notes(called)).toContainEqual(matching(/^put back to run \d+: two › file \/etc\/word/))
    expect(notes(called)).toContainEqual(
      'not put back: what two › command mark did; the data in one › volume data',
    )
    expect([await containers(), await word()]).toEqual([was, before])
    expect(said(await project.provision(['history', 'show']))).toMatch(/back +two › file \/etc\/word +update/)
  })

  it('as a transaction that takes a host out has that host again', async () => {
    const declare = (hosts: string, resources: string): void =>
      project.write(
        `playbooks/${project.prefix}/playbook.ts`,
        `import box from '../../boxes/own.ts'
import { command, container, definePlaybook, image } from 'provision'
const tiny = image('${project.box}/tiny', { build: '../../tiny' })
export default definePlaybook({ name: '${project.prefix}', box, transaction: true, hosts: ${hosts}, resources: ({ hosts }: any) => {
const app = (to: string) => container(hosts.one, 'app', { image: tiny, ${steady}, env: { TO: to }, stopTimeout: '1s' })
${resources} } })`,
      )
    declare("['one', 'two']", 'return [app(hosts.two.address)]')
    expect((await call('refresh')).code).toBe(0)
    const was = await project.on('one', 'docker', 'inspect', '--format', '{{.Config.Env}}', 'app')
    declare(
      "['one']",
      `const changed = app('none')
return [changed, command(hosts.one, 'fail', { run: ['false'], unless: ['false'] }, { needs: [changed] })]`,
    )
    const called = await call('refresh')
    expect(called.code).toBe(1)
    expect(notes(called)).toContainEqual(matching(/^put back to run \d+: one › container app$/))
    expect(await project.on('one', 'docker', 'inspect', '--format', '{{.Config.Env}}', 'app')).toBe(was)
    // Once, however many times the hosts were looked for.
    const strays = notes(called).filter((text) =>
      String(text).startsWith('two is not in the playbook any more'),
    )
    expect(strays).toHaveLength(1)
  })

  it('as a transaction that is stopped by the user stays where it was stopped', async () => {
    deploy(steady)
    expect((await call('refresh')).code).toBe(0)
    deploy(`${script('sleep 78')}, ready: { tcp: 'x', timeout: '60s' }`, '', 'transaction: true,')
    const live = startLive(cli, ['refresh'], project.dir)
    await live.until('task-finished', 2)
    live.kill('SIGINT')
    expect(await live.ended).toBe(130)
    expect(live.events()).toContainEqual(
      expect.objectContaining({ event: 'note', text: matching(/was stopped, so nothing is put back/) }),
    )
    expect(await word()).toContain('sleep 78')
    const back = await call('rollback')
    expect(back.code, said(back)).toBe(0)
    expect(await word()).toBe(steady)
  })
})
