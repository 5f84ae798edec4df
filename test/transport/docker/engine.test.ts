import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { isProvisionError } from '../../../src/core/error.ts'
import { matching } from '../../support/matching.ts'
import {
  engineAddresses,
  parseAddress,
  type EngineAddress,
} from '../../../src/transport/docker/engine-address.ts'
import { localEngine } from '../../../src/transport/docker/engine.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

let config: string
beforeAll(async () => {
  config = await mkdtemp(join(tmpdir(), 'provision-engine-test-'))
  const meta = join(config, 'contexts/meta', digestOf('desk'))
  await mkdir(meta, { recursive: true })
  const endpoint = { Endpoints: { docker: { Host: 'unix:///desk/docker.sock' } } }
  await writeFile(join(meta, 'meta.json'), JSON.stringify(endpoint))
})
afterAll(() => rm(config, { recursive: true, force: true }))

const verify = { DOCKER_TLS_VERIFY: '1' }

test.each<[string, Record<string, string>, EngineAddress['at'], boolean]>([
  ['unix:///run/user/1/docker.sock', {}, { path: '/run/user/1/docker.sock' }, false],
  ['unix:///a%20b?c#d', verify, { path: '/a%20b?c#d' }, false],
  ['unix://', {}, { path: '/var/run/docker.sock' }, false],
  ['tcp://10.0.0.1:2376', {}, { host: '10.0.0.1', port: 2376 }, true],
  ['tcp://10.0.0.1:2375', verify, { host: '10.0.0.1', port: 2375 }, true],
  ['tcp://[::1]:2375/', {}, { host: '::1', port: 2375 }, false],
  ['tcp://docker', {}, { host: 'docker', port: 2375 }, false],
  ['tcp://docker', { DOCKER_CERT_PATH: '/certs' }, { host: 'docker', port: 2375 }, false],
  ['tcp://docker', { DOCKER_TLS_VERIFY: '' }, { host: 'docker', port: 2375 }, false],
  ['tcp://docker', verify, { host: 'docker', port: 2376 }, true],
  // Any value turns it on, as with Docker's client.
  ['tcp://docker', { DOCKER_TLS_VERIFY: '0' }, { host: 'docker', port: 2376 }, true],
  ['tcp://docker:80', {}, { host: 'docker', port: 80 }, false],
])('address %s with %j', (text, env, at, secure) => {
  expect(parseAddress(text, 'DOCKER_HOST', env)).toEqual({ from: `DOCKER_HOST ${text}`, at, secure })
})

test.each([
  'ssh://core@10.0.0.1',
  'npipe:////./pipe/docker_engine',
  'nonsense',
  'docker:2375',
  '10.0.0.1:2375',
  'tcp://',
  'tcp://docker:0',
  'tcp://docker:99999',
  'tcp://docker:2375/prefix',
])('address %s is refused', (text) => {
  expect(errorOf(() => parseAddress(text, 'DOCKER_HOST', {}))).toMatchObject({
    code: 'engine',
    message: `DOCKER_HOST: ${JSON.stringify(text)} is not an address that can be used`,
  })
})

const certified = ' and set DOCKER_TLS_VERIFY=1, with the certificates in DOCKER_CERT_PATH'
test.each([
  ['https://docker', `give tcp://docker${certified}`],
  ['https://docker:443', `give tcp://docker:443${certified}`],
  ['https://10.0.0.1:2376', `give tcp://10.0.0.1:2376${certified}`],
  ['http://docker', 'give tcp://docker'],
  ['http://docker:80', 'give tcp://docker:80'],
])("address %s is refused, as Docker's client does: %s", (text, help) => {
  for (const env of [{}, verify])
    expect(errorOf(() => parseAddress(text, 'DOCKER_HOST', env))).toMatchObject({
      code: 'usage',
      message: `DOCKER_HOST: ${JSON.stringify(text)}: an engine has no such address`,
      help,
    })
})

test('DOCKER_HOST comes before a context, a context before the default sockets', async () => {
  const at = async (env: Record<string, string>) => (await engineAddresses(env)).map((address) => address.at)
  const both = { DOCKER_CONFIG: config, DOCKER_CONTEXT: 'desk' }
  expect(await at({ ...both, DOCKER_HOST: 'unix:///own' })).toEqual([{ path: '/own' }])
  expect(await at(both)).toEqual([{ path: '/desk/docker.sock' }])
  const defaults = [{ path: '/var/run/docker.sock' }, { path: join(homedir(), '.docker/run/docker.sock') }]
  expect(await at({ DOCKER_CONFIG: config })).toEqual(defaults)
  await writeFile(join(config, 'config.json'), '{"currentContext":"desk"}')
  expect(await at({ DOCKER_CONFIG: config })).toEqual([{ path: '/desk/docker.sock' }])
  expect(await at({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'default' })).toEqual(defaults)
})

test('a context that is not there is named', async () => {
  await expect(engineAddresses({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'gone' })).rejects.toMatchObject({
    code: 'engine',
    message: 'Docker context "gone" has no known endpoint',
  })
})

test('a context with certificates of its own is refused, with the variables that do the same', async () => {
  const certificates = join(config, 'contexts/tls', digestOf('far'), 'docker')
  const meta = join(config, 'contexts/meta', digestOf('far'))
  await Promise.all([certificates, meta].map((path) => mkdir(path, { recursive: true })))
  const endpoint = { Endpoints: { docker: { Host: 'tcp://10.0.0.1:2376' } } }
  await writeFile(join(meta, 'meta.json'), JSON.stringify(endpoint))
  await expect(engineAddresses({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'far' })).rejects.toMatchObject({
    code: 'engine',
    message: 'Docker context "far" has certificates of its own, which are not used here',
    help: `name them: DOCKER_HOST=tcp://10.0.0.1:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=${certificates}`,
  })
})

test('no engine: where it was looked for, and what to do', async () => {
  const nowhere = join(config, 'no.sock')
  const error: unknown = await localEngine({ DOCKER_HOST: `unix://${nowhere}` }).catch(
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ code: 'engine', message: 'no Docker engine answers on this machine' })
  if (!isProvisionError(error)) throw error
  expect(error.output).toContain(nowhere)
  expect(error.help).toContain('./scripts/quickstart.sh')
})

test.each<[string, (socket: Socket) => void, RegExp]>([
  ['hangs', () => undefined, /no answer within 0.2 s/],
  ['hangs up', (socket) => socket.destroy(), /closed the connection|ECONNRESET|EPIPE/],
])('an engine that takes a connection and %s does not count as one', async (title, answer, why) => {
  const path = join(config, `${title}.sock`)
  const server = createServer(answer).listen(path)
  await once(server, 'listening')
  const error: unknown = await localEngine({ DOCKER_HOST: `unix://${path}` }, 200).catch(
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ code: 'engine', output: matching(why) })
  server.close()
})

test('one that wants TLS where nobody asked for it is left to say so itself', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n')).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await localEngine({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })
  server.close()
})
