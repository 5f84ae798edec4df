import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

/** Runs that fail on a host on which something runs already, and what they leave. */
let project: Scratch
let before: string

/** A container with a name and options. */
const c = (name: string, options: string): string =>
  `container(a, '${name}', { image: tiny, stopTimeout: '1s', ${options} })`
const web = c('web', `command: ['sh', '-c', 'trap exit TERM; sleep 1000 & wait'], labels: { v: '1' }`)
const beside = (resource: string): string => `return [${web}, ${resource}]`
/** The containers of the host, each with its id, state and image's name. */
const containers = () =>
  project.on('a', 'docker', 'ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Names}} {{.State}}')
const inNode = (line: string) => project.on('a', 'sh', '-c', line)

beforeAll(async () => {
  project = scratchOnSharedBox('a')
  project.write('src/in.txt', 'in')
  project.playbook(`return [${web}]`)
  const called = await project.provision(['quickstart', '--plain'])
  expect(said(called)).toMatch(/1 changed/)
  before = await containers()
  expect(before).toMatch(/^[0-9a-f]{64} web running\n$/)
})
afterAll(() => project.remove())

async function fails(body: string, message: RegExp, env: Record<string, string> = {}): Promise<string> {
  project.playbook(body)
  const called = await project.provision(['refresh', '--plain'], env)
  expect(said(called)).toMatch(message)
  expect(said(called)).not.toMatch(/\n\s+at |bug of provision/)
  expect(called.code).toBe(1)
  return said(called)
}

describe('a container that is changed and', () => {
  const http = 'ports: { http: 80 }, publish: { http: 80 }'
  const sleeps = `command: ['sh', '-c', 'echo last words; exec sleep 1000']`

  it.each([
    [
      'never takes a connection',
      `${sleeps}, ${http}, ready: { tcp: 'http', timeout: '1s' }`,
      /not ready after 1\.0 s[^]*TCP .*:80: connection refused/,
    ],
    [
      'never answers',
      `${sleeps}, ${http}, ready: { http: '/up', port: 'http', timeout: '1s' }`,
      /not ready after 1\.0 s[^]*GET http:.*:80\/up: connection refused/,
    ],
    [
      'never says so',
      `${sleeps}, ready: { log: 'is up', timeout: '1s' }`,
      /not ready after 1\.0 s[^]*no line of its log matches \/is up\//,
    ],
    [
      'never passes its check',
      `${sleeps}, ready: { command: ['sh', '-c', 'echo not yet; exit 3'], timeout: '1s' }`,
      /not ready after 1\.0 s[^]*exit code 3: not yet/,
    ],
    [
      'ends at once',
      `command: ['sh', '-c', 'echo last words; exit 3'], restart: 'no'`,
      /ended with exit code 3|exit code 3/,
    ],
  ])('%s is shown with its log, and the former one is back', async (_, options, message) => {
    const text = await fails(`return [${c('web', options)}]`, message)
    expect(text).toMatch(/a › container web: .*\(the former one is back\)[^]*last words[^]*^help: /m)
    expect(await containers()).toBe(before)
  })

  it.each([
    [
      'has a program that is not there',
      `command: ['no-such-program']`,
      /"no-such-program": executable file not found/,
    ],
    [
      'has a user that is not there',
      `command: ['sleep', '9'], user: 'nobody-here'`,
      /unable to find user nobody-here/,
    ],
    [
      'has a port that the host uses',
      `command: ['sleep', '9'], ports: { ssh: 22 }, publish: { ssh: 22 }`,
      /address already in use/,
    ],
  ])('%s is told, and the former one is back', async (_, options, message) => {
    await fails(`return [${c('web', options)}]`, message)
    expect(await containers()).toBe(before)
  })
})

describe('beside a container that runs', () => {
  beforeAll(() =>
    inNode(
      'docker run -d --name theirs $(docker ps -q --format {{.Image}}) sleep 1000; docker network create theirs; docker volume create theirs',
    ),
  )
  afterAll(() => inNode('docker rm -f theirs; docker network rm theirs; docker volume rm theirs'))

  it.each([
    ['container', c('theirs', '')],
    ['network', `network(a, 'theirs')`],
    ['volume', `volume(a, 'theirs')`],
  ])('a %s of somebody else with the same name is not touched', async (kind, resource) => {
    const all = await containers()
    await fails(
      beside(resource),
      new RegExp(
        `a › ${kind} theirs: a ${kind} theirs is there that provision did not make\nhelp: (?:rename or remove it|list a volume of another name)`,
      ),
    )
    expect(await containers()).toBe(all)
    expect(await inNode(`docker ${kind} inspect theirs`)).toContain('theirs')
  })

  it('a command that fails is told by its name, with its output and how to try it, and what needs it is not begun', async () => {
    const text = await fails(
      `const first = command(a, 'first', { run: ['sh', '-c', 'echo said; echo cried >&2; exit 4'], creates: '/never' })
       return [${web}, directory(a, '/srv/later', {}, { needs: [first] })]`,
      /a › command first: sh -c '.*': exit code 4\n {2}said\n {2}cried\nhelp: try it by hand/,
    )
    expect(text).toMatch(/^apply {2}failed · 0 changed, \d+ unchanged, 1 failed, 1 not begun/m)
    expect(text).toMatch(/not begun, because something they need failed: a\/directory\/\/srv\/later/)
    expect(await inNode('ls -d /srv/later || echo none')).toBe('none\n')
  })

  it('a command that takes too long is ended', async () => {
    await fails(
      beside(
        `command(a, 'slow', { run: ['sh', '-c', 'echo begun; sleep 987'], timeout: '1s', creates: '/never' })`,
      ),
      /a › command slow: .*: not done after 1\.0 s[^]*begun[^]*help: give it a longer timeout/,
    )
    expect(await inNode('pgrep -fc "^sleep 987" || :')).toBe('0\n')
  })

  it.each([
    [
      'a directory where a file is',
      `directory(a, '/etc/hostname')`,
      /\/etc\/hostname is a file there, not a directory/,
    ],
    [
      'a file where a directory is',
      `file(a, '/etc', { content: '' })`,
      /\/etc is a directory there, not a file/,
    ],
    [
      'a file below a file',
      `file(a, '/etc/hostname/x', { content: '' })`,
      /a › file \/etc\/hostname\/x: cannot create directory '\/etc\/hostname'/,
    ],
    [
      'an owner that is not there',
      `file(a, '/srv/x', { content: '', owner: 'nobody-here' })`,
      /a › file \/srv\/x: .*nobody-here/,
    ],
  ])('%s is told, and nothing is there of it', async (_, resource, message) => {
    const list = 'stat -c "%n %F %s" /etc /etc/hostname /srv/*; true'
    const found = await inNode(list)
    await fails(beside(resource), message)
    expect(await inNode(list)).toBe(found)
  })

  it.each([
    ['a file', `file(a, '/srv/small/keep', { content: 'x'.repeat(200_000) })`],
    [
      'what is pushed',
      `push(a, artifact('big', { cwd: '../../src', inputs: ['*'], output: 'big', run: ['sh', '-c', 'head -c 9000000 /dev/zero > big'] }), { to: '/srv/small/keep' })`,
    ],
  ])(
    'no space for %s leaves the old one whole and nothing beside it, and all else is done',
    async (title, resource) => {
      await inNode(
        'mkdir -p /srv/small; mountpoint -q /srv/small || mount -t tmpfs -o size=64k tmpfs /srv/small; echo old > /srv/small/keep',
      )
      const other = `/srv/other-${title.length}`
      await fails(
        `return [${web}, file(a, '${other}', { content: 'ok' }), ${resource}]`,
        /a › \w+ \/srv\/small\/keep: .*(No space left|Wrote only)/,
      )
      expect(await inNode(`cat ${other} /srv/small/keep; ls -A /srv/small`)).toBe('okold\nkeep\n')
    },
  )

  it('a small file system among the places of files holds back nothing of the others', async () => {
    const small = 'mkdir -p /srv/tiny; mountpoint -q /srv/tiny || mount -t tmpfs -o size=64k tmpfs /srv/tiny'
    await inNode(small)
    const big = `artifact('big', { cwd: '../../src', inputs: ['*'], output: 'big', run: ['sh', '-c', 'head -c 9000000 /dev/zero > big'] })`
    project.write('tree/large', 'x'.repeat(3_000_000))
    const files = [
      `file(a, '/srv/tiny/first', { content: 'first' })`,
      `push(a, ${big}, { to: '/srv/roomy/big' })`,
      `tree(a, '/srv/roomy/tree', { from: '../../tree' })`,
    ]
    project.playbook(`return [${web}, ${files.join(', ')}]`)
    const called = await project.provision(['refresh', '--plain'])
    expect(said(called)).toMatch(/3 changed/)
    expect(await inNode('cat /srv/tiny/first; stat -c %s /srv/roomy/big /srv/roomy/tree/large')).toBe(
      'first9000000\n3000000\n',
    )
    expect(await inNode('ls -A /srv/tiny; ls -A /srv/roomy')).toBe('first\nbig\ntree\n')
  })

  it('a host whose sshd does not answer is told in time', async () => {
    await inNode('pkill -STOP -o -x sshd')
    try {
      await fails(`return [${web}]`, /a: .*192\.168\.[^]*no answer[^]*help: /)
    } finally {
      await inNode('pkill -CONT -o -x sshd')
    }
  })

  it('all is fine again without the mistake', async () => {
    project.playbook(`return [${web}]`)
    const called = await project.provision(['refresh', '--json'])
    expect(called.events.at(-1)).toMatchObject({ ok: true, failed: 0 })
    expect(await containers()).toContain(before)
    expect((await project.provision(['plan', '--exit-code'])).code).toBe(0)
  })
})
