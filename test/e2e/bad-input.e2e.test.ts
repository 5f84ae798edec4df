import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { said, scratch, type Scratch } from '../support/scratch.ts'

let project: Scratch

beforeAll(() => {
  project = scratch('a', 'b')
  project.write('src/in.txt', 'in')
  project.write('fails/Dockerfile', 'FROM debian:bookworm-slim\nRUN echo words of the build; exit 7\n')
  project.write('unknown/Dockerfile', 'FROM registry.invalid/none/such:1\n')
})
afterAll(() => project.remove())

/** A container with a name and options. */
const c = (name: string, options = '', host = 'a') =>
  `container(${host}, '${name}', { image: tiny, ${options} })`
/** An artifact that is pushed. */
const built = (options: string) =>
  `return [push(a, artifact('x.txt', { cwd: '../../src', inputs: ['*'], output: 'out.txt', ${options} }), { to: '/srv/x' })]`
const made = (options: string) => `return [preload(a, image('etest/bad', ${options}))]`
const http = 'ports: { http: 80 }'

/** Each of these is told before anything is made, with what to do next. */
const rows: [string, string, RegExp][] = [
  [
    'an unknown host',
    'return [directory(hosts.c, "/x")]',
    /playbook\.ts:\d+:\d+: the playbook has no host "c"/,
  ],
  ['a promise of resources', 'return Promise.resolve([])', /resources: gives a promise/],
  [
    'a misspelt option',
    `return [${c('web', 'comand: []')}]`,
    /container web: there is no option "comand"[^]*"command"/,
  ],
  [
    'a cycle',
    `const x: any = ${c('web')}; const y = file(b, '/x', { content: '' }, { needs: [x] })
     x.needs = () => [y]; return [x, y]`,
    /in a circle: a\/container\/web → b\/file\/\/x → a\/container\/web/,
  ],
  [
    'a container that is made and lost',
    `${c('lost')}; return [${c('web')}]`,
    /a › container lost: is made, but neither returned by `resources` nor used by what is/,
  ],
  [
    'two resources with one id',
    `return [${c('web')}, ${c('web', 'user: "1"')}]`,
    /a › container web is declared twice/,
  ],
  [
    'two resources at one path',
    `return [directory(a, '/x'), file(a, '/x', { content: '' })]`,
    /file \/x: path \/x is already taken by directory \/x/,
  ],
  [
    'one port twice on a host',
    `return [${c('one', `${http}, publish: { http: 80 }`)}, ${c('two', `${http}, publish: { http: 80 }`)}]`,
    /a › container two: port 80\/tcp is already taken by container one/,
  ],
  [
    'a mount from another host',
    `return [${c('web', `mounts: { '/x': directory(b, '/x') }`)}]`,
    /mounts\.\/x: is on host b, the container on a/,
  ],
  ['a name with a blank', `return [${c('my web')}]`, /"my web" is not a name that Docker takes/],
  [
    'a port that is used but not published',
    `return [${c('two', `env: { A: ${c('one', http)}.at.http.url }`)}]`,
    /a › container one: it publishes no port "http"/,
  ],
  [
    'a cycle of builds',
    `const one: any = image('etest/one', { build: '../../fails' })
     one.build.needs = [image('etest/two', { build: '../../fails', needs: [one] })]; return [preload(a, one)]`,
    /in a circle: image etest\/one:latest → image etest\/two:latest → image etest\/one:latest/,
  ],
  [
    'one artifact in two ways',
    `const x = (run: string) => push(a, artifact('x', { run: [run], inputs: ['*'], output: 'x' }), { to: '/srv/' + run }); return [x('one'), x('two')]`,
    /artifact x is declared twice, in different ways/,
  ],
  [
    'an output that is not made',
    built(`run: ['true']`),
    /the command succeeded, but there is no .*\/src\/out\.txt/,
  ],
  [
    'a build that fails',
    built(`run: ['sh', '-c', 'echo said; echo cried >&2; exit 3']`),
    /failed with exit code 3\n {2}said\n {2}cried/,
  ],
  [
    'a build in an image that fails',
    built(`in: tiny, run: ['sh', '-c', 'echo said; exit 4']`),
    /tiny:latest failed with exit code 4\n {2}said/,
  ],
  ['a program that is not there', built(`run: ['./biuld.sh']`), /biuld\.sh` failed with exit code 127/],
  ['no input', built(`run: ['true'], inputs: ['*.java']`), /inputs "\*\.java" match no file in .*\/src/],
  [
    'no folder to build in',
    built(`run: ['true'], cwd: '../../scr'`),
    /no folder .*\/scr to build in[^]*did you mean "src"/,
  ],
  [
    'a tree that is not there',
    `return [tree(a, '/x', { from: './wwww' })]`,
    /\/wwww: there is no such file or folder/,
  ],
  [
    'a Dockerfile that fails',
    made(`{ build: '../../fails' }`),
    /image etest\/bad:latest: step 2 of \d+ failed with exit code 7[^]*words of the build/,
  ],
  ['no Dockerfile', made(`{ build: '../../src' }`), /there is no Dockerfile at .*\/src\/Dockerfile/],
  [
    'no folder of a Dockerfile',
    made(`{ build: './nowhere' }`),
    /there is no Dockerfile at .*\/nowhere\/Dockerfile/,
  ],
  [
    'a base that cannot be had',
    made(`{ build: '../../unknown' }`),
    /registry\.invalid\/none\/such:1: it is not on this machine and cannot be pulled/,
  ],
  [
    'an image that cannot be had',
    `return [preload(a, image('registry.invalid/none/such:2'))]`,
    /registry\.invalid\/none\/such:2: it is not on this machine and cannot be pulled/,
  ],
]

describe('a run with', () => {
  it.each(rows)('%s', async (_, body, message) => {
    project.playbook(body)
    const called = await project.provision(['quickstart', '--plain'])
    expect(said(called)).toMatch(message)
    expect(said(called)).toMatch(/^help: /m)
    expect(said(called)).not.toMatch(/\n\s+at |bug of provision/)
    expect(called.code).toBe(1)
  })

  it.each<[string, readonly string[], RegExp]>([
    [
      'an unknown param',
      ['colour=red'],
      /--param colour: the playbook has no such param\nhelp: did you mean "color"/,
    ],
    ['a param of another type', ['heap=much'], /param heap: "much" is not a whole number/],
    ['a param out of range', ['heap=0'], /param heap: "0" is not 1 or more/],
    ['a choice that is none', ['color=green'], /param color: "green" is not one of red, blue/],
    ['a secret on the command line', ['key=geheim'], /--param key: a secret on the command line shows/],
    ['no secret', [], /param key: the environment variable ETEST_KEY is not set/],
  ])('%s', async (_, params, message) => {
    project.playbook(
      'return []',
      `params: { heap: { type: 'int', default: 64, min: 1 },
        color: { type: 'string', choices: ['red', 'blue'], default: 'red' },
        key: { type: 'secret', env: 'ETEST_KEY' } },`,
    )
    const called = await project.provision([
      'quickstart',
      '--plain',
      ...params.flatMap((one) => ['--param', one]),
    ])
    expect(said(called)).toMatch(message)
    expect(said(called)).not.toMatch(/geheim|\n\s+at /)
    expect(called.code).toBe(2)
  })

  it.each<[string, string, RegExp]>([
    [
      'no Docker engine',
      'unix:///nowhere/docker.sock',
      /DOCKER_HOST unix:\/\/\/nowhere\/docker\.sock: connect ENOENT/,
    ],
    ['no engine at a port', 'tcp://127.0.0.1:1', /DOCKER_HOST tcp:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/],
    ['an address that is none', 'docker', /DOCKER_HOST: "docker" is not an address/],
  ])('%s', async (_, DOCKER_HOST, message) => {
    project.playbook(`return [${c('web')}]`)
    const called = await project.provision(['quickstart', '--plain'], { DOCKER_HOST })
    expect(said(called)).toMatch(message)
    expect(said(called)).toMatch(/^help: /m)
    expect(said(called)).not.toMatch(/\n\s+at /)
    expect(called.code).toBe(1)
  })

  it('a failure and --json says so in its last line, and nothing but events', async () => {
    project.playbook(built(`run: ['false']`))
    const { code, stdout, stderr, events } = await project.provision(['quickstart', '--json'])
    expect(events).toHaveLength(stdout.trimEnd().split('\n').length)
    expect(events.at(-1)).toMatchObject({ event: 'finished', ok: false })
    expect(events.filter(({ event }) => event === 'failed')).toMatchObject([{ failure: { code: 'build' } }])
    expect(stderr).toBe('')
    expect(code).toBe(1)
  })

  it('any of these has made nothing', async () => expect(await project.objects()).toEqual([]))
})

describe('when nothing was made yet', () => {
  beforeAll(() => project.playbook(`return [${c('web')}]`))

  it.each<[string, readonly string[], number, RegExp]>([
    ['plan plans all', ['plan'], 0, /a is missing[^]*1 to create|2 to create/],
    ['plan --exit-code tells of changes', ['plan', '--exit-code'], 2, /\+ a › container web/],
    ['status tells that hosts are missing', ['status'], 0, /a +missing[^]*b +missing/],
    ['refresh names quickstart', ['refresh'], 1, /nothing runs yet\nhelp: .* quickstart/],
    ['ssh names quickstart', ['ssh', 'a'], 1, /host a is missing\nhelp: .* quickstart/],
    ['exec names quickstart', ['exec', 'web', '--', 'ls'], 1, /a is missing\nhelp: .* quickstart/],
    ['logs names quickstart', ['logs'], 1, /a is missing\nhelp: .* quickstart/],
    ['stop has nothing to do', ['stop'], 0, /nothing to stop: no host is there/],
    ['start names quickstart', ['start'], 1, /nothing runs yet\nhelp: .* quickstart/],
    ['destroy has nothing to do', ['destroy', '--yes'], 0, /there was nothing to remove/],
    ['ssh without a host asks which', ['ssh'], 2, /which host\?\nhelp: name one: a, b/],
    ['ssh takes one host', ['ssh', 'a', 'b'], 2, /"b" is one word too many\nhelp: put -- before/],
    ['ssh knows the nearest host', ['ssh', 'aa'], 2, /no host "aa"\nhelp: did you mean "a"/],
    ['logs knows the nearest container', ['logs', 'wbe'], 2, /no container "wbe"\nhelp: did you mean "web"/],
  ])('%s', async (_, args, code, message) => {
    const called = await project.provision([...args.slice(0, 1), '--plain', ...args.slice(1)])
    expect(said(called)).toMatch(message)
    expect(called.code).toBe(code)
  })

  it.each([['refresh'], ['apply'], ['start'], ['stop'], ['status'], ['destroy', '--yes']])(
    'a mistyped environment leaves nothing behind: %s',
    async (...args) => {
      await project.provision([...args, '--env', 'prodd', '--plain'])
      expect(existsSync(join(project.dir, '.provision/cache'))).toBe(true)
      expect(existsSync(join(project.dir, '.provision/prodd'))).toBe(false)
    },
  )
})
