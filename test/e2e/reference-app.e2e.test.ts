import type { Container } from 'dockerode'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { artifact, image } from 'provision'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { insertSampleData } from '../../playbooks/hash-collision/sample-data.ts'
import { buildAll } from '../../src/engine/build/index.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { timeLimit } from '../../src/transport/time-limit.ts'

const source = new URL('../../playbooks/hash-collision/', import.meta.url).pathname
const checks = new URL('../playbooks/hash-collision/', import.meta.url).pathname
const engine = await localEngine()
const folder = mkdtempSync(join(tmpdir(), 'reference-app-'))
const services = join(folder, 'services')
const running: Container[] = []
// Its own, as an engine may be without the default one.
const network = await engine.createNetwork({ Name: `reference-app-${process.pid}` })

const jdk = image('hash-collision/jdk', { build: './images/jdk' })
const jre = image('hash-collision/jre', { build: './images/jre' })
const jar = (name: string) =>
  artifact(`${name}.jar`, {
    in: jdk,
    cwd: './services',
    run: ['./build.sh', name],
    inputs: ['build.sh', 'common/**', `${name}/**`],
    output: `build/${name}.jar`,
  })

beforeAll(async () => {
  // A copy, so that the builds leave nothing in the tree.
  for (const part of ['images', 'services'])
    cpSync(join(source, part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.endsWith('/build'),
    })
  await buildAll([jre, jar('user'), jar('auth'), jar('qa')], {
    playbookDir: folder,
    cacheDir: join(folder, '.provision/cache'),
    engine: () => Promise.resolve(engine),
    signal: new AbortController().signal,
    emit: () => undefined,
  })
})

afterAll(async () => {
  for (const container of running) await container.remove({ force: true, v: true })
  await network.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs a command to its end: its exit code and what it printed. */
const run = async (ref: string, command: string[], binds: string[], env: string[] = []) => {
  const container = await engine.createContainer({
    Image: ref,
    Cmd: command,
    Env: env,
    Tty: true,
    HostConfig: { Binds: binds, NetworkMode: 'none' },
  })
  running.push(container)
  await container.start()
  await container.wait()
  const { ExitCode: code } = (await container.inspect()).State
  return { code, output: (await container.logs({ stdout: true, stderr: true })).toString().trim() }
}

/** Where there is no broker: a service must serve all the same. */
const noBroker = ['HOST=127.0.0.1', 'AMQ_PORT_5672_TCP_ADDR=127.0.0.1', 'AMQ_PORT_5672_TCP_PORT=5672']
const program = (name: string) => [`${services}/build/${name}.jar:/var/app/app.jar:ro`]

/** Starts a service and gives the URL under which this machine reaches it, and under which its neighbours do. */
const start = async (name: string, port: number, env: string[] = []) => {
  const exposed = `${port}/tcp`
  const container = await engine.createContainer({
    Image: jre.ref,
    Env: [...noBroker, `PORT=${port}`, ...env],
    ExposedPorts: { [exposed]: {} },
    HostConfig: {
      NetworkMode: network.id,
      Binds: program(name),
      PortBindings: { [exposed]: [{ HostIp: '127.0.0.1', HostPort: '' }] },
    },
  })
  running.push(container)
  await container.start()
  const { Networks: networks, Ports: ports } = (await container.inspect()).NetworkSettings
  const inside = `http://${Object.values(networks)[0]?.IPAddress}:${port}`
  const url = `http://127.0.0.1:${ports[exposed]?.[0]?.HostPort}`
  await vi.waitFor(
    async () => expect((await fetch(`${url}/health`, { signal: timeLimit(2_000) })).status).toBe(200),
    {
      timeout: 20_000,
      interval: 50,
    },
  )
  return { container, url, inside }
}

const call = async (method: string, url: string, body?: string, token?: string) => {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  const answer: unknown = text === '' ? null : JSON.parse(text)
  return { status: response.status, answer, text }
}

test('reads and writes JSON as it should', async () => {
  const compile = 'javac -encoding UTF-8 -d /tmp/c common/json/*.java /check/JsonCheck.java'
  const check = `${compile} && java -Dfile.encoding=UTF-8 -cp /tmp/c JsonCheck`
  const { code, output } = await run(
    jdk.ref,
    ['sh', '-c', check],
    [`${services}:/services:ro`, `${checks}:/check:ro`],
  )
  expect(output).toMatch(/^all \d+ right$/)
  expect(code).toBe(0)
})

test('the same sources give the same bytes, and nothing else is left behind', async () => {
  const build = 'for i in 1 2; do ./build.sh user && sha256sum build/user.jar; done; ls -A build'
  const { code, output } = await run(jdk.ref, ['sh', '-c', build], [`${services}:/services`])
  expect(code).toBe(0)
  const [first, second, ...left] = output.split(/\r?\n/)
  expect(second).toBe(first)
  expect(left.join(' ').split(/\s+/).toSorted()).toEqual(['auth.jar', 'qa.jar', 'user.jar'])
})

test('a service that does not compile says where, and its old JAR stays', async () => {
  const build =
    'cp -r common user build.sh /tmp && cd /tmp && echo x >> user/User.java; ./build.sh user; echo code $?; ls -A build'
  const { output } = await run(jdk.ref, ['sh', '-c', build], [`${services}:/services:ro`])
  expect(output).toContain('user/User.java')
  expect(output).toMatch(/code 1\s*$/)
})

test.each([
  ['PORT', noBroker, 'user: the environment variable PORT is not set'],
  [
    'a usable PORT',
    [...noBroker, 'PORT=99999'],
    "user: the environment variable PORT must be a port, 1 to 65535, and is '99999'",
  ],
  ['HOST', ['PORT=7000'], 'user: the environment variable HOST is not set'],
])('without %s a service ends and says so', async (_, env, message) => {
  expect(await run(jre.ref, ['java', '-jar', '/var/app/app.jar'], program('user'), env)).toEqual({
    code: 2,
    output: message,
  })
})

describe('the services, without a broker', () => {
  let user = ''
  let auth = ''
  let qa = ''

  beforeAll(async () => {
    const userService = await start('user', 7000)
    const authService = await start('auth', 7001, [`USER_SERVICE_URL=${userService.inside}`])
    const qaService = await start('qa', 7002, [`AUTH_SERVICE_URL=${authService.inside}`])
    user = userService.url
    auth = authService.url
    qa = qaService.url
  })

  test('are up, and say that the bus is not', async () => {
    for (const url of [user, auth, qa]) {
      expect((await call('GET', `${url}/health`)).answer).toEqual({ status: 'up', bus: 'connecting' })
    }
    expect((await call('GET', `${qa}/services`)).answer).toEqual({ bus: 'connecting', services: [] })
  })

  test('take the sample data once', async () => {
    expect(await insertSampleData({ user, qa })).toEqual({ inserted: 170, unchanged: 0 })
    expect(await insertSampleData({ user, qa })).toEqual({ inserted: 0, unchanged: 170 })
  })

  test.each([
    ['GET', '/nothing', 404, undefined],
    ['GET', '/users/nobody', 404, undefined],
    ['GET', '/users/a%2Fb', 400, undefined],
    ['DELETE', '/users', 405, undefined],
    ['POST', '/users', 400, '{'],
    ['POST', '/users', 400, '[]'],
    ['POST', '/users', 400, '{"name":1}'],
    ['POST', '/users', 400, '{"name":" "}'],
    ['POST', '/users', 400, '{"name":"x","nam":"y"}'],
    ['POST', '/users', 400, `{"name":"${'x'.repeat(61)}"}`],
    ['POST', '/users', 400, '['.repeat(60_000)],
    ['POST', '/users', 413, ' '.repeat(70_000)],
    ['POST', '/users', 409, '{"name":"ADA BRUNNER"}'],
    ['PUT', '/users/-', 400, '{"name":"x"}'],
    ['PUT', '/users/new', 201, '{"name":"Jo \\ud83d\\ude00"}'],
    ['PUT', '/users/new', 200, '{"name":"Jo \\ud83d\\ude00"}'],
  ])('%s %s is answered %i', async (method, path, status, body) => {
    const { status: found, text } = await call(method, `${user}${path}`, body)
    expect([found, text]).toEqual([
      status,
      expect.stringContaining(status < 400 ? '"name":"Jo 😀"' : '"error":'),
    ])
  })

  test('let somebody who is signed in ask and answer, and nobody else', async () => {
    const question = '{"title":"<b>Why?</b>","body":"So.","tags":["c++"]}'
    expect((await call('POST', `${qa}/questions`, question)).status).toBe(401)
    expect((await call('POST', `${auth}/sessions`, '{"name":"nobody"}')).status).toBe(401)

    const session = await call('POST', `${auth}/sessions`, '{"name":"ada brunner"}')
    const token = /"token":"([^"]+)"/.exec(session.text)?.[1]
    const asked = await call('POST', `${qa}/questions`, question, token)
    expect(asked).toMatchObject({
      status: 201,
      answer: { title: '<b>Why?</b>', author: 'ada', tags: ['c++'] },
    })
    const id = /"id":"([^"]+)"/.exec(asked.text)?.[1]
    expect((await call('POST', `${qa}/questions/${id}/answers`, '{"body":"Because."}', token)).status).toBe(
      201,
    )
    expect((await call('GET', `${qa}/questions/${id}`)).answer).toMatchObject({
      answers: [{ body: 'Because.', author: 'ada' }],
    })

    expect((await call('DELETE', `${auth}/sessions/${token}`)).status).toBe(204)
    expect((await call('POST', `${qa}/questions`, question, token)).status).toBe(401)
  })

  test('ask for the password of somebody who has one', async () => {
    await call('PUT', `${user}/users/secretive`, '{"name":"Secretive","password":"correct horse"}')
    const signIn = async (password: string) =>
      (await call('POST', `${auth}/sessions`, JSON.stringify({ name: 'Secretive', password }))).status
    expect([await signIn('wrong'), await signIn('correct horse')]).toEqual([401, 201])
    expect((await call('GET', `${user}/users/secretive`)).text).not.toContain('horse')
  })
})

test('a service stops when it is told to', async () => {
  const { container } = await start('user', 7000)
  await container.stop({ t: 30 })
  // 128 + SIGTERM: it ended by itself, it was not killed.
  expect((await container.inspect()).State.ExitCode).toBe(143)
})
