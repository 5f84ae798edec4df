import { describe, expect, it } from 'vitest'
import { container, directory, image, network, secret, type ContainerOptions } from '../../../src/index.ts'
import { app, factsOf, judge, judged, late, web } from '../../support/judge.ts'
import { bodyOf, builtImageOf } from '../../support/made.ts'

type Options = ContainerOptions<string, string>

const jre = image('jre')
const facts = factsOf([], [builtImageOf('jre:latest', 'i1')])
const named = (name: string, options: Partial<Options>) => container(app, name, { image: jre, ...options })
const http = { http: 80 }
const inner = network(app, 'inner', { internal: true })

describe('a container is refused', () => {
  it.each<[string, Partial<Options>, RegExp]>([
    ['a port of 0', { ports: { http: 0 } }, /ports\.http: 0 is not a port/],
    ['a port that is too large', { ports: { http: 65_536 } }, /ports\.http: 65536/],
    ['half a port', { ports: { http: 1.5 } }, /ports\.http: 1\.5/],
    ['a published port of NaN', { ports: http, publish: { http: NaN } }, /publish\.http: NaN is not a port/],
    [
      'an address that is a name',
      { ports: http, publish: { http: { port: 80, address: 'localhost' } } },
      /"localhost" is not an IP address/,
    ],
    [
      'readiness at a UDP port',
      { ports: { dns: { port: 53, protocol: 'udp' } }, ready: { tcp: 'dns' } },
      /ready: port 53 is not a TCP port/,
    ],
    [
      'a path that is none',
      { ports: http, ready: { http: 'health', port: 'http' } },
      /ready\.http: "health"/,
    ],
    ['a path with a line break', { ports: http, ready: { http: '/a\r\nX: y', port: 'http' } }, /ready\.http/],
    [
      'a status that is none',
      { ports: http, ready: { http: '/', port: 'http', status: 99 } },
      /ready\.status: 99/,
    ],
    [
      'half a status',
      { ports: http, ready: { http: '/', port: 'http', status: 200.5 } },
      /ready\.status: 200\.5 is not an HTTP status \(a whole number from 100 to 599\)/,
    ],
    ['an empty pattern', { ready: { log: '' } }, /ready\.log: is empty/],
    ['a pattern that is none', { ready: { log: '(' } }, /ready\.log: "\(" is not a regular expression/],
    ['an empty check', { ready: { command: [] } }, /ready\.command: is empty/],
    [
      'a relative path in it',
      { mounts: Object.fromEntries([['data', '/data']]) },
      /mounts: "data" is not an absolute path/,
    ],
    ['a way out of it', { mounts: { '/a/../b': '/data' } }, /has a "\.\." in it/],
    ['its root', { mounts: { '/': '/data' } }, /root of the file system/],
    [
      'a colon in a path in it',
      { mounts: { '/a:b': '/data' } },
      /"\/a:b" has a ":" in it, which Docker takes/,
    ],
    ['a colon in a path on the host', { mounts: { '/a': '/x:y' } }, /mounts\.\/a: "\/x:y" has a ":" in it/],
    [
      'a relative path on the host',
      { mounts: { '/a': './x' } },
      /mounts\.\/a: "\.\/x" is not an absolute path/,
    ],
    [
      'something of another host',
      { mounts: { '/a': directory(web, '/x') } },
      /mounts\.\/a: is on host web, the container on app/,
    ],
    [
      'a network of another host',
      { network: network(web, 'inner') },
      /network: is on host web, the container on app/,
    ],
    [
      'a port published from a network without a way out',
      { ports: http, publish: { http: 80 }, network: network(app, 'inner', { internal: true }) },
      /publish\.http: its network is internal, and Docker publishes no ports from there/,
    ],
    [
      'a port published from networks of which none has a way out',
      { ports: http, publish: { http: 80 }, network: [inner, network(app, 'own', { internal: true })] },
      /publish\.http: its networks are all internal, and Docker publishes no ports from there/,
    ],
    [
      'one of its networks of another host',
      { network: [inner, network(web, 'outer')] },
      /network: is on host web, the container on app/,
    ],
    [
      'a setting of the host’s network',
      { network: 'host', sysctls: { 'kernel.msgmax': 9000, 'net.core.somaxconn': 512 } },
      /^sysctls\.net\.core\.somaxconn: is the host's own on its network, and no container may change it/,
    ],
    ['a port of 0 at the host', { network: 'host', ports: { http: 0 } }, /ports\.http: 0 is not a port/],
    ['a variable without a name', { env: { '': 'x' } }, /env: a variable has an empty name/],
    ['a variable with "="', { env: { 'A=B': 'x' } }, /env: "A=B" has a "="/],
    ['a NUL in a name', { env: { 'A\0': 'x' } }, /env: .*NUL/],
    ['a NUL in a value', { env: { A: 'x\0' } }, /env\.A: "x\\u0000" holds a NUL/],
    [
      'a NUL in a secret, which it does not show',
      { env: { A: secret('pw\0') } },
      /^env\.A: the secret holds a NUL/,
    ],
    ['half a character', { env: { A: '\ud83d' } }, /env\.A: .*not well-formed/],
    ['a NUL in an argument', { command: ['a', '\0'] }, /command\[1\]: .*NUL/],
    ['an empty entry point', { entrypoint: [] }, /entrypoint: is empty/],
    ['one of our labels', { labels: { 'provision.spec': 'x' } }, /labels: "provision\.spec" is one of ours/],
    ['a label without a name', { labels: { '': 'x' } }, /labels: one has an empty name/],
    ['too little memory', { memory: 6 * 1024 ** 2 - 1 }, /memory: 6291455 bytes is less than Docker's least/],
    ['no CPU', { cpus: 0 }, /cpus: 0 is not/],
    ['all CPUs there are', { cpus: Infinity }, /cpus: Infinity is not/],
    ['a relative folder', { workdir: 'app' }, /workdir: "app" is not an absolute path/],
    ['a host name with a blank', { hostname: 'a b' }, /hostname: "a b"/],
    ['an empty user', { user: '' }, /user: "" is not a user/],
    ['a user too long to be one', { user: 'u'.repeat(513) }, /user: .* is not a user/],
  ])('%s', (_, options, problem) => {
    expect(named('user', options).problem).toMatch(problem)
  })

  it.each<[string, Partial<Options>]>([
    ['as little memory as Docker takes', { memory: '6m' }],
    [
      'capabilities, however Docker takes them',
      { capabilities: { add: ['CAP_BPF'], drop: ['ALL', 'KILL'] } },
    ],
    [
      'a network without a way out, where nothing is published',
      { ports: http, publish: { http: undefined }, network: network(app, 'inner', { internal: true }) },
    ],
    [
      'a port published from another network',
      { ports: http, publish: { http: 80 }, network: network(app, 'inner') },
    ],
    [
      'a port published from networks of which one has a way out',
      { ports: http, publish: { http: 80 }, network: [inner, network(app, 'outer')] },
    ],
    [
      'a name of its own on the host’s network, others’ names and settings of its own',
      {
        ...{ network: 'host', hostname: 'user', extraHosts: { hub: '10.0.0.9' } },
        ...{ sysctls: { 'kernel.msgmax': 9000 }, ports: { a: 80, b: 80 }, publish: { a: undefined } },
      },
    ],
  ])('but not %s', (_, options) => {
    expect(named('user', options).problem).toBeUndefined()
  })

  it.each([['a'], ['-user'], ['us er'], ['grüße'], ['a/b'], [''], ['$(reboot)'], ['user.provision-new']])(
    'the name %j',
    (name) => {
      expect(named(name, {}).problem).toMatch(/^name: /)
    },
  )

  it.each<[string, () => unknown, RegExp]>([
    ['an amount', () => named('user', { memory: -1 }), /app › container user: memory: -1 is not an amount/],
    [
      'a time',
      () => named('user', { stopTimeout: -1 }),
      /app › container user: stopTimeout: -1 is not a length of time/,
    ],
    [
      'a wait',
      () => named('user', { ready: { command: ['x'], timeout: NaN } }),
      /app › container user: ready\.timeout/,
    ],
  ])('%s that is none', (_, make, message) => {
    expect(make).toThrow(message)
  })

  it.each<[string, Partial<Options>, RegExp]>([
    ['a value', { env: { A: late('x\0') } }, /app › container user: env\.A: .*NUL/],
    ['an argument', { command: [late('\0')] }, /command\[0\]: .*NUL/],
    ['a label', { labels: { a: late('\ud83d') } }, /labels\.a: .*not well-formed/],
    [
      'the path of what it mounts',
      { mounts: { '/a': directory(app, '/x:y') } },
      /mounts\.\/a: "\/x:y" has a ":"/,
    ],
  ])('%s that is known late', (_, options, message) => {
    expect(named('user', options).problem).toBeUndefined()
    expect(() => judge(named('user', options), {}, facts)).toThrow(message)
  })
})

describe('a container takes, byte for byte,', () => {
  it.each([
    'a b',
    `"double" 'single'`,
    '$HOME $(id) `id`',
    'a\nb\r\n\tc',
    '',
    '-n',
    '☕ grüße 日本',
    '\\',
    'a=b=c',
    '%s{{.}}',
  ])('%j', (value) => {
    const resource = named('user', {
      env: { A: value },
      command: [value],
      labels: { [`l ${value}`]: value },
      mounts: { [`/m${value}`]: `/h${value}` },
    })
    expect(resource.problem).toBeUndefined()
    expect(bodyOf(resource, facts)).toMatchObject({
      Env: [`A=${value}`],
      Cmd: [value],
      Labels: { [`l ${value}`]: value },
      HostConfig: { Binds: [`/h${value}:/m${value}`] },
    })
  })
})

it('a container is ready to be planned where nothing is there yet', () => {
  expect(judged(named('user', {}), {}, facts).operation).toBe('create')
})
