import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createPlain, type IncomingMessage } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { localEngine } from '../../../src/transport/docker/engine.ts'
import { canCertify, certify } from '../../support/certificate.ts'
import { fill } from '../../support/folder.ts'
import { listening } from '../../support/listening.ts'
import { matching } from '../../support/matching.ts'

const folder = await mkdtemp(join(tmpdir(), 'provision-engine-tls-'))
const at = (name: string) => join(folder, name)
const servers: Server[] = []
const hosts = { secure: '', plain: '' }

/** The server's log: what it was asked for. */
const asked: string[] = []
const answer = ({ url }: IncomingMessage, response: { end(text: string): unknown }) => {
  asked.push(url ?? '')
  response.end('OK')
}

const listen = (server: Server) => {
  servers.push(server)
  return listening(server)
}

type Env = Readonly<Record<string, string>>

/** A call of the engine that these variables name, where no folder of a user has a say. */
const call = async (host: keyof typeof hosts, env: Env) => {
  asked.length = 0
  const all = { DOCKER_CONFIG: at('empty'), DOCKER_TLS_VERIFY: '1', ...env, DOCKER_HOST: hosts[host] }
  const engine = await localEngine(all)
  await engine.ping()
  return asked
}

describe.runIf(canCertify)('an engine over TLS, with certificates for both ends', () => {
  beforeAll(async () => {
    for (const name of ['own', 'other']) certify(at(name))
    fill(folder, {
      'trust/ca.pem': readFileSync(at('own/ca.pem'), 'utf8'),
      'half/ca.pem': '',
      'half/cert.pem': '',
    })
    const [key, cert, ca] = ['key', 'cert', 'ca'].map((name) => readFileSync(at(`own/${name}.pem`)))
    hosts.secure = await listen(
      createSecure({ key, cert, ca, requestCert: true, rejectUnauthorized: true }, answer),
    )
    hosts.plain = await listen(createPlain(answer))
  })
  afterAll(async () => {
    for (const server of servers) server.close()
    await rm(folder, { recursive: true })
  })

  test.each<[string, keyof typeof hosts, Env]>([
    ['those of the folder that is named', 'secure', { DOCKER_CERT_PATH: at('own') }],
    [
      'it comes before that of the client',
      'secure',
      { DOCKER_CERT_PATH: at('own'), DOCKER_CONFIG: at('other') },
    ],
    ['those of the folder of the client', 'secure', { DOCKER_CONFIG: at('own') }],
    ['an empty name is none', 'secure', { DOCKER_CERT_PATH: '', DOCKER_CONFIG: at('own') }],
    ['not asked for', 'plain', { DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: at('half') }],
  ])('answers: %s', async (_, host, env) => {
    expect(await call(host, env)).toEqual(['/_ping', '/_ping'])
  })

  test.each<[string, keyof typeof hosts, Env, RegExp]>([
    ['no certificates', 'secure', {}, /: self-signed certificate$/],
    ["a stranger's certificates", 'secure', { DOCKER_CERT_PATH: at('other') }, /: self-signed certificate$/],
    ['none of our own', 'secure', { DOCKER_CONFIG: at('trust') }, /: TLS: .*certificate required$/],
    ['an engine that speaks no TLS', 'plain', {}, /: TLS: wrong version number$/],
  ])('is told apart at once: %s', async (_, host, env, output) => {
    await expect(call(host, env)).rejects.toMatchObject({ code: 'engine', output: matching(output) })
    expect(asked).toEqual([])
  })

  test.each(['half', 'nowhere'])('a folder that lacks some of them: %s', async (name) => {
    await expect(call('secure', { DOCKER_CERT_PATH: at(name) })).rejects.toMatchObject({
      code: 'engine',
      message: `DOCKER_CERT_PATH ${at(name)}: the certificates for the Docker engine cannot be read`,
      output: matching(/^ENOENT: .*\.pem'$/),
    })
  })

  test('what this process has set is taken when nothing else is said', async () => {
    vi.stubEnv('DOCKER_HOST', hosts.secure)
    vi.stubEnv('DOCKER_TLS_VERIFY', '1')
    vi.stubEnv('DOCKER_CERT_PATH', at('own'))
    const engine = await localEngine()
    expect(String(await engine.ping())).toBe('OK')
    vi.unstubAllEnvs()
  })
})
