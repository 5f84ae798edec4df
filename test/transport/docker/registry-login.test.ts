import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { registryLogin } from '../../../src/transport/docker/registry-login.ts'
import { fakeEngine, tell } from '../../support/fake-engine.ts'
import { temporaryFolder } from '../../support/folder.ts'

const usual = 'https://usual.example/v1/'
const info = {
  IndexServerAddress: usual,
  RegistryConfig: {
    IndexConfigs: { 'usual.example': { Official: true }, 'own.example': { Official: false } },
  },
}
const auth = Buffer.from('me:pass:word').toString('base64')
const login = { username: 'me', password: 'pass:word' }

/** Says what it was asked, as a login: `docker-credential-NAME get` reads the server from its input. */
const helper = (name: string) => `#!/bin/sh
printf '{"ServerURL":"x","Username":"${name} %s","Secret":"of %s"}' "$1" "$(cat)"
`

const programs = {
  'docker-credential-one': helper('one'),
  'docker-credential-two': helper('two'),
  'docker-credential-token': `#!/bin/sh\necho '{"Username":"<token>","Secret":"t"}'\n`,
  'docker-credential-none': '#!/bin/sh\necho secret-word; exit 1\n',
}

async function loginFor(ref: string, config: unknown) {
  const engine = await fakeEngine((_, response) => tell(response, info))
  onTestFinished(() => engine.stop())
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  const folder = temporaryFolder({ ...programs, ...(config !== undefined && { 'config.json': text }) })
  for (const name of Object.keys(programs)) chmodSync(join(folder, name), 0o755)
  const lines: string[] = []
  const found = await registryLogin(ref, {
    engine: engine.docker,
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
    env: { PATH: `${folder}:${process.env['PATH']}`, DOCKER_CONFIG: folder },
  })
  return { found, lines }
}

it.each<[string, string, unknown, unknown]>([
  [
    'a registry',
    'own.example/app:1',
    { auths: { 'own.example': { auth } } },
    { ...login, serveraddress: 'own.example' },
  ],
  [
    'a registry with a port, by a digest',
    'localhost:5000/app@sha256:0',
    { auths: { 'localhost:5000': { auth } } },
    { ...login, serveraddress: 'localhost:5000' },
  ],
  [
    'a registry that is kept by its URL',
    'own.example/a',
    { auths: { 'https://own.example/v2/': { auth } } },
    { ...login, serveraddress: 'own.example' },
  ],
  ['the usual registry', 'app', { auths: { [usual]: { auth } } }, { ...login, serveraddress: usual }],
  [
    'the usual one, with a folder',
    'team/app:1',
    { auths: { [usual]: { auth } } },
    { ...login, serveraddress: usual },
  ],
  [
    'the usual one, by its name',
    'usual.example/app',
    { auths: { [usual]: { auth } } },
    { ...login, serveraddress: usual },
  ],
  [
    'a token',
    'app',
    { auths: { [usual]: { auth, identitytoken: 't' } } },
    { identitytoken: 't', serveraddress: usual },
  ],
  ['another registry', 'own.example/app', { auths: { [usual]: { auth } } }, undefined],
  ['a registry that is left', 'app', { auths: { [usual]: {} } }, undefined],
  ['nothing that can be read', 'app', { auths: { [usual]: { auth: 'x' } } }, undefined],
  ['no file', 'app', undefined, undefined],
  ['no JSON', 'app', '{', undefined],
  ['a file for other things', 'app', { currentContext: 'x' }, undefined],
  [
    'the program for all',
    'app',
    { auths: { [usual]: {} }, credsStore: 'one' },
    { username: 'one get', password: `of ${usual}`, serveraddress: usual },
  ],
  [
    'the program for one registry',
    'own.example/app',
    { credsStore: 'one', credHelpers: { 'own.example': 'two' } },
    { username: 'two get', password: 'of own.example', serveraddress: 'own.example' },
  ],
  ['a program with a token', 'app', { credsStore: 'token' }, { identitytoken: 't', serveraddress: usual }],
])('the login is found in what Docker keeps: %s', async (_, ref, config, expected) => {
  expect(await loginFor(ref, config)).toEqual({ found: expected, lines: [] })
})

it.each([['none'], ['missing']])(
  'a program that gives no login (%s) is named, without what it said',
  async (credsStore) => {
    const { found, lines } = await loginFor('app', { credsStore })
    expect(found).toBeUndefined()
    expect(lines).toEqual([`docker-credential-${credsStore} gives no login for ${usual}`])
  },
)
