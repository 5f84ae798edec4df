import { describe, expect, it } from 'vitest'
import { directory, image, network, preload, secret, volume } from '../../../src/index.ts'
import { app, factsOf, fine, judged, late } from '../../support/judge.ts'
import { bodyOf, builtImageOf, running } from '../../support/made.ts'
import { matching } from '../../support/matching.ts'
import { answersFor, code, jre, named, onHost, run, www, type Options } from '../../support/user-container.ts'

const everything: Options = {
  image: jre,
  command: ['java', late('-jar'), 'app.jar', 1],
  entrypoint: ['/init'],
  env: { PORT: 7000, DEBUG: false, HOST: app.address, PASSWORD: secret('p1'), LANG: 'C' },
  ports: { http: 7000, dns: { port: 53, protocol: 'udp' }, admin: 9000 },
  publish: { http: 80, dns: 53, admin: { port: 9000, address: '127.0.0.1' } },
  mounts: {
    '/app/app.jar': code,
    '/www': www,
    '/data': volume(app, 'data'),
    '/logs': directory(app, '/srv/logs'),
    '/var/run/x y': '/run/x y',
  },
  network: network(app, 'inner'),
  labels: { team: 'blue' },
  restart: 'always',
  memory: '64m',
  cpus: 0.5,
  user: '1000:1000',
  workdir: '/app',
  hostname: 'user',
  capabilities: { add: ['NET_ADMIN', 'CHOWN'], drop: ['KILL'] },
  init: true,
  readOnly: true,
  noNewPrivileges: true,
  shmSize: '128m',
  tmpfs: { '/tmp': '8m', '/run/x': { size: 4096, mode: 0o700, exec: true }, '/any': {} },
  ulimits: { nofile: 1024, nproc: { soft: 10, hard: -1 } },
  extraHosts: { hub: app.address, here: 'host-gateway' },
  devices: ['/dev/null', '/dev/fuse'],
  sysctls: { 'net.core.somaxconn': 512 },
  logging: { driver: 'json-file', options: { 'max-size': '1m' } },
  stopTimeout: '3s',
}

const [front, back, side] = [network(app, 'front'), network(app, 'back'), network(app, 'side')]

describe('a container that is there', () => {
  it.each<[string, Partial<Options>]>([
    ['with nothing said', {}],
    ['with everything said', everything],
    ['with everything said in another order', Object.fromEntries(Object.entries(everything).reverse())],
  ])('is as it should be, %s', (_, options) => {
    expect(judged(named(options), answersFor(options), run())).toEqual(fine)
  })

  it.each<[string, Partial<Options>, Partial<Options>, string]>([
    ['a variable', { env: { PORT: 7000 } }, { env: { PORT: 7001 } }, 'env.PORT: 7000 → 7001'],
    ['one variable more', {}, { env: { PORT: 7000 } }, 'env.PORT: none → 7000'],
    ['an empty variable more', {}, { env: { EMPTY: '' } }, 'env.EMPTY: none → '],
    ['a variable with "=" in it', { env: { A: 'x=1' } }, { env: { A: 'x=2' } }, 'env.A: x=1 → x=2'],
    [
      'a secret',
      { env: { KEY: secret('a') } },
      { env: { KEY: secret('b') } },
      'env.KEY: [secret] → [secret]',
    ],
    ['a label', { labels: { a: '1' } }, { labels: { a: '2' } }, 'labels.a: 1 → 2'],
    ['one label more', {}, { labels: { a: '1' } }, 'labels.a: none → 1'],
    ['the command', { command: ['a'] }, { command: ['a', 'b'] }, 'command: ["a"] → ["a","b"]'],
    ['the image’s own command', {}, { command: ['a'] }, 'command: none → ["a"]'],
    ['the entry point', { entrypoint: ['a'] }, { entrypoint: ['b'] }, 'entrypoint: ["a"] → ["b"]'],
    [
      'the port',
      { ports: { http: 80 }, publish: { http: 80 } },
      { ports: { http: 80 }, publish: { http: 81 } },
      'publish.80/tcp: 80/tcp → 81/tcp',
    ],
    [
      'the address of a port',
      { ports: { http: 80 }, publish: { http: 80 } },
      { ports: { http: 80 }, publish: { http: { port: 80, address: '127.0.0.1' } } },
      'publish.80/tcp: 80/tcp → 127.0.0.1:80/tcp',
    ],
    [
      'one published port more',
      { ports: { http: 80 } },
      { ports: { http: 80 }, publish: { http: 80 } },
      'publish.80/tcp: none → 80/tcp',
    ],
    ['a path that is mounted', { mounts: { '/a': '/x' } }, { mounts: { '/a': '/y' } }, 'mounts./a: /x → /y'],
    ['one mount more', {}, { mounts: { '/a': '/x' } }, 'mounts./a: none → /x'],
    [
      'who may write',
      { mounts: { '/a': '/x' } },
      { mounts: { '/a': { from: '/x', readOnly: true } } },
      'mounts./a: /x → /x:ro',
    ],
    ['the network', {}, { network: network(app, 'inner') }, 'network: bridge → inner'],
    ['one network more', { network: back }, { network: [front, back] }, 'network: back → back,front'],
    [
      'one of its networks',
      { network: [back, front] },
      { network: [back, side] },
      'network: back,front → back,side',
    ],
    ['all of its networks', { network: [back, front] }, {}, 'network: back,front → bridge'],
    ['the network, which is the host’s', { network: back }, { network: 'host' }, 'network: back → host'],
    [
      'a port at the host, whose network it is on',
      { network: 'host', ports: { a: 80, b: 81 } },
      { network: 'host', ports: { a: 80 } },
      'publish.81/tcp: 81/tcp → none',
    ],
    ['when it is started again', {}, { restart: 'no' }, 'restart: unless-stopped → no'],
    ['its memory', { memory: '64m' }, { memory: '128m' }, 'memory: 67108864 → 134217728'],
    ['a limit where was none', {}, { cpus: 1.5 }, 'cpus: none → 1.5'],
    ['its user', { user: '1' }, { user: '2' }, 'user: 1 → 2'],
    ['its folder', { workdir: '/a' }, { workdir: '/b' }, 'workdir: /a → /b'],
    ['its host name', { hostname: 'a' }, { hostname: 'b' }, 'hostname: a → b'],
    [
      'its capabilities',
      {},
      { capabilities: { add: ['KILL', 'CHOWN'] } },
      'capabilities.add: none → CHOWN KILL',
    ],
    ['what it may not', {}, { capabilities: { drop: ['ALL'] } }, 'capabilities.drop: none → ALL'],
    ['an init process', {}, { init: true }, 'init: none → true'],
    ['who may write its own files', {}, { readOnly: true }, 'readOnly: none → true'],
    ['what its programs may become', {}, { noNewPrivileges: true }, 'noNewPrivileges: none → true'],
    ['its shared memory', {}, { shmSize: '1m' }, 'shmSize: none → 1048576'],
    ['a folder in memory', {}, { tmpfs: { '/a': '1k' } }, 'tmpfs./a: none → size=1024'],
    [
      'who may use a folder in memory',
      { tmpfs: { '/a': '1k' } },
      { tmpfs: { '/a': { size: '1k', mode: 0o700, exec: true } } },
      'tmpfs./a: size=1024 → size=1024,mode=700,exec',
    ],
    [
      'a limit',
      { ulimits: { nofile: 9 } },
      { ulimits: { nofile: { soft: 9, hard: -1 } } },
      'ulimits.nofile: 9:9 → 9:-1',
    ],
    ['a name', {}, { extraHosts: { hub: app.address } }, 'extraHosts.hub: none → 10.0.0.5'],
    ['a device', {}, { devices: ['/dev/fuse'] }, 'devices./dev/fuse: none → rwm'],
    [
      'a setting of the kernel',
      { sysctls: { 'net.core.somaxconn': 1 } },
      { sysctls: { 'net.core.somaxconn': 2 } },
      'sysctls.net.core.somaxconn: 1 → 2',
    ],
    ['where it logs', {}, { logging: { driver: 'local' } }, 'logging.driver: none → local'],
    [
      'how it logs',
      { logging: { driver: 'local' } },
      { logging: { driver: 'local', options: { 'max-size': '1m' } } },
      'logging.options.max-size: none → 1m',
    ],
    ['how long it may take to end', {}, { stopTimeout: '3s' }, 'stopTimeout: 10s → 3s'],
  ])('is recreated for another value of %s, and for its former value again', (_, before, after, change) => {
    const there = judged(named(after), answersFor(before), run())
    expect(there).toMatchObject({ changes: [change], operation: 'recreate' })
    const [field = ''] = change.split(': ')
    const [from, to] = change.slice(field.length + 2).split(' → ')
    const back = judged(named(before), answersFor(after), run())
    expect(back).toMatchObject({ changes: [`${field}: ${to ?? ''} → ${from ?? ''}`], operation: 'recreate' })
  })

  it('is recreated for a variable that the image sets as well, whose value is shown', () => {
    const german = { env: { LANG: 'de' } }
    expect(judged(named(german), answersFor({}), run()).changes).toEqual(['env.LANG: C → de'])
    expect(judged(named({}), answersFor(german), run()).changes).toEqual(['env.LANG: de → none'])
  })

  it.each<[string, Partial<Options>, Partial<Options>]>([
    [
      'how its readiness is told',
      { ports: { a: 80 } },
      { ports: { a: 80 }, ready: { tcp: 'a', timeout: '5s' } },
    ],
    [
      'the name of a port',
      { ports: { a: 80 }, publish: { a: 80 } },
      { ports: { b: 80 }, publish: { b: 80 } },
    ],
    ['a port that nobody outside sees', {}, { ports: { a: 80 } }],
    ['the order of its networks', { network: [front, back] }, { network: [back, front] }],
    ['a list of one network', { network: front }, { network: [front] }],
    [
      'a second name of a port at the host',
      { network: 'host', ports: { a: 80 } },
      { network: 'host', ports: { a: 80, b: 80 } },
    ],
    ['what is the default anyway', {}, { restart: 'unless-stopped', stopTimeout: 10_000 }],
    [
      'what it runs with by default',
      {},
      { init: false, tmpfs: {}, ulimits: {}, extraHosts: {}, devices: [], sysctls: {} },
    ],
    ['a limit in two ways', { ulimits: { nofile: 9 } }, { ulimits: { nofile: { soft: 9, hard: 9 } } }],
    ['another way to write the same', { memory: '1g', cpus: 1 }, { memory: 1024 ** 3, cpus: 1.0 }],
    ['a secret that was none', { env: { KEY: 'a' } }, { env: { KEY: secret('a') } }],
    ['a value that the image sets as well', {}, { env: { LANG: 'C' } }],
    ['a value that comes from elsewhere now', { env: { HOST: '10.0.0.5' } }, { env: { HOST: app.address } }],
  ])('stays for %s', (_, before, after) => {
    expect(judged(named(after), answersFor(before), run())).toEqual(fine)
    expect(judged(named(before), answersFor(after), run())).toEqual(fine)
  })
})

it('an image that is named by its digest has a tag of that on its host, and is itself in a plan', () => {
  const hex = '0123456789abcdef'.repeat(4)
  const pinned = image(`jre:1@sha256:${hex}`)
  const [ref, name] = [pinned.ref, `jre:sha256-${hex}`]
  const facts = factsOf([], [builtImageOf(ref, 'i1')])
  const user = named({ image: pinned })
  const body = bodyOf(user, facts)
  expect(body.Image).toBe(name)
  const image1 = { [`image ${name}`]: onHost }
  const there = { 'container user': running(body, onHost), ...image1 }
  expect(judged(user, there, facts)).toEqual(fine)
  expect(judged(preload(app, pinned), image1, facts)).toEqual(fine)
  const later = judged(user, there, factsOf([], [builtImageOf(ref, 'i2')]))
  expect(later.changes).toEqual([matching(/^image: jre:1@0123456789ab \w+ → jre:1@0123456789ab \w+$/)])
})
