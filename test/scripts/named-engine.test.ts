import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { createServer as createRaw, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canCertify, certify } from '../support/certificate.ts'
import { fill } from '../support/folder.ts'
import { listening } from '../support/listening.ts'
import { matching } from '../support/matching.ts'
import { bash } from './bash.ts'

const folder = mkdtempSync(join(tmpdir(), 'provision-named-engine-'))
const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true })
})

/** Where it listens, as DOCKER_HOST says it. */
const listen = (server: Server) => {
  servers.push(server)
  return listening(server)
}

type Env = Readonly<Record<string, string>>

/** What it says of the engine that these variables name, where no folder of a user has a say. */
const ask = async (env: Env) => {
  const all = { DOCKER_CONFIG: join(folder, 'empty'), ...env }
  const [ping, reason] = await Promise.all(
    ['ping', 'reason'].map((call) => bash({ script: `node scripts/lib/engine.mjs ${call}`, env: all })),
  )
  expect({ ping, reason }).toMatchObject({ ping: { code: 0, stderr: '' }, reason: { code: 0, stderr: '' } })
  return { ping: ping?.stdout.trimEnd(), reason: reason?.stdout.replace(/\n$/, '') }
}

describe('over plain TCP', () => {
  test.each<[string, string, string | RegExp, RequestListener]>([
    ['answers', 'ok', '', (_, response) => response.end('OK')],
    [
      'answers with an error',
      'down',
      'it answers 503 no disk left',
      (_, response) => response.writeHead(503).end('no disk\n left\n'),
    ],
    ['hangs up', 'down', 'socket hang up', (request) => request.destroy()],
    ['hangs', 'down', 'no answer within 5 s', () => undefined],
    [
      'hangs within its answer',
      'down',
      'no answer within 5 s',
      (_, response) => void response.writeHead(200).write('O'),
    ],
  ])('one that %s', async (_, ping, reason, answer) => {
    const DOCKER_HOST = await listen(createPlain(answer))
    expect(await ask({ DOCKER_HOST })).toEqual({ ping, reason })
  })

  test('one that wants TLS says so itself', async () => {
    const words = 'Client sent an HTTP request to an HTTPS server.'
    const server = createRaw((socket) => socket.end(`HTTP/1.0 400 Bad Request\r\n\r\n${words}\n`))
    expect((await ask({ DOCKER_HOST: await listen(server) })).reason).toBe(`it answers 400 ${words}`)
  })
})

test.each<[string, Env, RegExp]>([
  ['tcp://127.93.12.7', {}, /^connect ECONNREFUSED 127\.93\.12\.7:2375$/],
  ['tcp://127.93.12.7', { DOCKER_TLS_VERIFY: '' }, /ECONNREFUSED 127\.93\.12\.7:2375$/],
  ['tcp://127.93.12.7', { DOCKER_TLS_VERIFY: '1' }, /ECONNREFUSED 127\.93\.12\.7:2376$/],
  ['tcp://[::1]:9', {}, /^connect E\w+ ::1:9\b/],
  ['unix:///no/100%/a%20b?c#d.sock', {}, /^connect ENOENT \/no\/100%\/a%20b\?c#d\.sock$/],
  ['unix://no/docker.sock', {}, /^connect ENOENT no\/docker\.sock$/],
  ...[
    'http://127.0.0.1:2375',
    'https://127.0.0.1',
    'ssh://core@127.0.0.1',
    'tcp://',
    'tcp://127.0.0.1/x',
    '127.0.0.1:2375',
  ].map((host): [string, Env, RegExp] => [
    host,
    {},
    /^only unix:\/\/path and tcp:\/\/host:port are understood$/,
  ]),
])('%s with %j: why it does not answer', async (DOCKER_HOST, env, reason) => {
  expect(await ask({ ...env, DOCKER_HOST })).toEqual({ ping: 'down', reason: matching(reason) })
})

describe('what needs an engine ends without a stack where there is none', () => {
  test.each(['has debian:slim', 'pull debian slim 5'])('%s', async (call) => {
    const env = { DOCKER_HOST: 'tcp://127.93.12.7:9' }
    expect(await bash({ script: `node scripts/lib/engine.mjs ${call}`, env })).toEqual({
      ...{ code: 1, stdout: '', stderr: '' },
    })
  })
})

describe.runIf(canCertify)('over TLS, with certificates for both ends', () => {
  const at = (name: string) => join(folder, name)
  const hosts = { secure: '', plain: '' }
  beforeAll(async () => {
    for (const name of ['own', 'other']) certify(at(name))
    fill(folder, {
      'trust/ca.pem': readFileSync(at('own/ca.pem'), 'utf8'),
      'half/ca.pem': '',
      'half/cert.pem': '',
    })
    const [key, cert, ca] = ['key', 'cert', 'ca'].map((name) => readFileSync(at(`own/${name}.pem`)))
    const both = { key, cert, ca, requestCert: true, rejectUnauthorized: true }
    hosts.secure = await listen(createSecure(both, (_, response) => response.end('OK')))
    hosts.plain = await listen(createPlain((_, response) => response.end('OK')))
  })

  test.each<[string, keyof typeof hosts, Env, string, RegExp]>([
    ['those of the folder that is named', 'secure', { DOCKER_CERT_PATH: at('own') }, 'ok', /^$/],
    ['those of the folder of the client', 'secure', { DOCKER_CONFIG: at('own') }, 'ok', /^$/],
    ['none', 'secure', {}, 'down', /^self-signed certificate$/],
    ["a stranger's", 'secure', { DOCKER_CERT_PATH: at('other') }, 'down', /^self-signed certificate$/],
    ['none of our own', 'secure', { DOCKER_CONFIG: at('trust') }, 'down', /^TLS: .*certificate required$/],
    [
      'a folder that lacks the key',
      'secure',
      { DOCKER_CERT_PATH: at('half') },
      'down',
      /^ENOENT: .*half\/key\.pem'$/,
    ],
    ['any value turns TLS on', 'secure', { DOCKER_TLS_VERIFY: '0', DOCKER_CERT_PATH: at('own') }, 'ok', /^$/],
    ['an empty one does not', 'plain', { DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: at('half') }, 'ok', /^$/],
    ['one that speaks no TLS', 'plain', {}, 'down', /^TLS: wrong version number$/],
  ])('%s', async (_, host, env, ping, reason) => {
    const all = { DOCKER_TLS_VERIFY: '1', ...env, DOCKER_HOST: hosts[host] }
    expect(await ask(all)).toEqual({ ping, reason: matching(reason) })
  })
})
