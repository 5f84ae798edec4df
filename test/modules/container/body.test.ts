import { describe, expect, it } from 'vitest'
import {
  container,
  directory,
  image,
  network,
  push,
  artifact,
  secret,
  text,
  volume,
  type ContainerOptions,
  type Host,
  type Value,
} from '../../../src/index.ts'
import { label } from '../../../src/core/label.ts'
import { resolve } from '../../../src/core/ref.ts'
import { reveal } from '../../../src/core/secret/index.ts'
import { app, builtOf, factsOf, judge, localFile, scope, web } from '../../support/judge.ts'
import { bodyOf, builtImageOf } from '../../support/made.ts'

const jre = image('jre')
const jar = artifact('user.jar', { run: ['make'], inputs: ['**'], output: 'user.jar' })
const facts = factsOf([[jar, builtOf('user.jar', [localFile('', 'j1')])]], [builtImageOf('jre:latest', 'i1')])
const user = (options: Partial<ContainerOptions<string, string>> = {}) =>
  container(app, 'user', { image: jre, ...options })
describe('what Docker is asked to create', () => {
  it('says nothing that is the image’s business', () => {
    const { Labels, ...body } = bodyOf(user(), facts)
    expect(body).toEqual({
      Image: 'jre:latest',
      Env: [],
      ExposedPorts: {},
      StopTimeout: 10,
      HostConfig: { PortBindings: {}, Binds: [], RestartPolicy: { Name: 'unless-stopped' } },
    })
    expect(Object.keys(Labels).sort()).toEqual([
      label.environment,
      label.playbook,
      label.resource,
      label.spec,
      label.version,
    ])
  })

  it('says all that the playbook does', () => {
    const body = bodyOf(
      user({
        command: ['java', 1],
        entrypoint: ['/init'],
        env: { PORT: 7000, DEBUG: false, HOST: app.address, 'odd name': ' a\n"b" ' },
        ports: { http: 7000, dns: { port: 53, protocol: 'udp' }, jmx: 9000 },
        publish: { http: 80, dns: { port: 53, address: '10.0.0.5' }, jmx: undefined },
        mounts: {
          '/app/app.jar': push(app, jar, { to: '/srv/user.jar' }),
          '/data': volume(app, 'data'),
          '/spool': directory(app, '/srv/spool'),
          '/conf': { from: '/etc/x y', readOnly: true },
        },
        network: network(app, 'inner'),
        labels: { team: 'blue' },
        restart: 'on-failure',
        memory: '64m',
        cpus: 0.5,
        user: '1000',
        workdir: '/app',
        hostname: 'user',
        capabilities: { add: ['NET_ADMIN'], drop: ['KILL'] },
        init: true,
        readOnly: true,
        noNewPrivileges: true,
        shmSize: '128m',
        tmpfs: { '/tmp': '8m', '/run/x': { mode: 0o700 } },
        ulimits: { nofile: 1024, nproc: { soft: 10, hard: -1 } },
        extraHosts: { hub: app.address, here: 'host-gateway' },
        devices: ['/dev/fuse'],
        sysctls: { 'net.core.somaxconn': 512 },
        logging: { driver: 'json-file', options: { 'max-size': '1m' } },
        stopTimeout: '1500ms',
      }),
      facts,
    )
    expect(body).toMatchObject({
      Cmd: ['java', '1'],
      Entrypoint: ['/init'],
      Env: ['PORT=7000', 'DEBUG=false', 'HOST=10.0.0.5', 'odd name= a\n"b" '],
      ExposedPorts: { '7000/tcp': {}, '53/udp': {}, '9000/tcp': {} },
      Labels: { team: 'blue', [label.playbook]: scope.playbook, [label.resource]: 'app/container/user' },
      User: '1000',
      WorkingDir: '/app',
      Hostname: 'user',
      StopTimeout: 2,
      HostConfig: {
        PortBindings: {
          '7000/tcp': [{ HostPort: '80' }],
          '53/udp': [{ HostIp: '10.0.0.5', HostPort: '53' }],
        },
        Binds: ['data:/data', '/etc/x y:/conf:ro'],
        Mounts: [
          { Type: 'bind', Source: '/srv/user.jar', Target: '/app/app.jar', ReadOnly: true },
          { Type: 'bind', Source: '/srv/spool', Target: '/spool', ReadOnly: false },
        ],
        RestartPolicy: { Name: 'on-failure' },
        Memory: 67_108_864,
        NanoCpus: 500_000_000,
        CapAdd: ['NET_ADMIN'],
        CapDrop: ['KILL'],
        NetworkMode: 'inner',
        Init: true,
        ReadonlyRootfs: true,
        SecurityOpt: ['no-new-privileges:true'],
        ShmSize: 134_217_728,
        Tmpfs: { '/tmp': 'size=8388608', '/run/x': 'mode=700' },
        Ulimits: [
          { Name: 'nofile', Soft: 1024, Hard: 1024 },
          { Name: 'nproc', Soft: 10, Hard: -1 },
        ],
        ExtraHosts: ['hub:10.0.0.5', 'here:host-gateway'],
        Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
        Sysctls: { 'net.core.somaxconn': '512' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      },
      NetworkingConfig: { EndpointsConfig: { inner: { Aliases: ['user'] } } },
    })
  })

  it('holds a secret only where it has to be, and it is told to be hidden', () => {
    const password = secret('hunter2')
    const resource = user({ env: { PASSWORD: password } })
    const body = bodyOf(resource, facts)
    expect(JSON.stringify(body)).not.toContain('hunter2')
    expect(body.Env.map(reveal)).toEqual(['PASSWORD=hunter2'])
    expect(resource.bind(facts).secrets).toEqual([password])
  })

  it('waits as the playbook says', () => {
    const ports = { http: 80, db: 5432 }
    const awaited = (ready: ContainerOptions<string, string>['ready']) =>
      judge(user({ ports, ...(ready && { ready }) }), {}, facts).remedy?.actions.find(
        ({ do: what }) => what === 'await-container',
      )
    expect(awaited(undefined)).toMatchObject({ check: { by: 'running' }, timeout: 60_000 })
    expect(awaited({ tcp: 'db', timeout: '5s' })).toMatchObject({
      check: { by: 'tcp', port: 5432 },
      timeout: 5_000,
    })
    expect(awaited({ http: '/health', port: 'http', status: 204 })).toMatchObject({
      check: { by: 'http', port: 80, path: '/health', status: 204 },
    })
    expect(awaited({ log: 'started in \\d+' })).toMatchObject({
      check: { by: 'log', pattern: 'started in \\d+' },
    })
    expect(awaited({ command: ['pg_isready'] })).toMatchObject({
      check: { by: 'command', argv: ['pg_isready'] },
    })
    expect(awaited({ health: 'healthy', timeout: '2m' })).toMatchObject({
      check: { by: 'health' },
      timeout: 120_000,
    })
  })
})

describe('the published ports of a container', () => {
  const made = container(app, 'user', {
    image: jre,
    ports: { http: 7000, jmx: 9000, admin: 9001 },
    publish: { http: 80, jmx: undefined, admin: { port: 81, address: '127.0.0.1' } },
  })

  it('are known to what uses them', () => {
    expect(resolve(made.at.http, facts)).toEqual({ host: '10.0.0.5', port: 80, url: 'http://10.0.0.5:80' })
    expect(resolve(made.at.admin, facts)).toEqual({ host: '127.0.0.1', port: 81, url: 'tcp://127.0.0.1:81' })
    expect(made.at.http.port.needs).toEqual([made])
    expect(made.at.http.host.label).toBe('app/user.at.http.host')
  })

  it('are told to the rest of the run, those alone that are published this time', () => {
    expect(made.publishes).toEqual(['http', 'admin'])
    expect(made.published).toEqual({
      http: { port: 80, protocol: 'tcp', address: '0.0.0.0' },
      admin: { port: 81, protocol: 'tcp', address: '127.0.0.1' },
    })
    expect(made.claims).toEqual(['container user', 'port 80/tcp', 'port 81/tcp on 127.0.0.1'])
  })

  it.each<[string, (admin: typeof made.at.admin) => Value<string | number>]>([
    ['host', ({ host }) => host],
    ['port', ({ port }) => port],
    ['url', ({ url }) => url],
    ['url', ({ url }) => text`at ${url}`],
  ])('are refused on another host where only their own reaches them: %s', (field, valueOf) => {
    const user = (on: Host) => container(on, 'user', { image: jre, env: { A: valueOf(made.at.admin) } })
    expect(user(web).problem).toBe(
      `app/user.at.admin.${field}: is published on 127.0.0.1, where only host app itself reaches it`,
    )
    expect(user(app).problem).toBeUndefined()
    const content = valueOf(made.at.http)
    expect(container(web, 'user', { image: jre, env: { A: content } }).problem).toBeUndefined()
  })

  it.each([
    ['::', '10.0.0.5', 'http://10.0.0.5:80', 'port 80/tcp'],
    ['0:0:0:0:0:0:0:0', '10.0.0.5', 'http://10.0.0.5:80', 'port 80/tcp'],
    ['0:0:0:0:0:0:0:1', '::1', 'http://[::1]:80', 'port 80/tcp on ::1'],
    ['FD00::1', 'fd00::1', 'http://[fd00::1]:80', 'port 80/tcp on fd00::1'],
  ])('at %s answer at %s', (address, host, url, claim) => {
    const one = container(app, 'user', {
      image: jre,
      ports: { http: 7000 },
      publish: { http: { port: 80, address } },
    })
    expect(resolve(one.at.http, facts)).toEqual({ host, port: 80, url })
    expect(one.claims).toEqual(['container user', claim])
  })

  it('say so when one is used that is not published this time', () => {
    expect(() => resolve(made.at.jmx.port, facts)).toThrow(/app › container user: it publishes no port "jmx"/)
  })
})

it('containers of one host with one image need one resource of that', () => {
  const [one, two] = [container(app, 'aa', { image: jre }), container(app, 'bb', { image: jre })]
  const imagesOf = (resource: typeof one) => resource.needs().filter(({ kind }) => kind === 'image')
  expect([...imagesOf(one), ...imagesOf(two)]).toMatchObject([
    { host: 'app', name: 'jre:latest', shared: true },
    { host: 'app', name: 'jre:latest', shared: true },
  ])
  expect(one.builds).toEqual([jre])
})
