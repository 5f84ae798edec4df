import { execFile } from 'node:child_process'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SshTarget } from '../../../src/core/host.ts'
import { identityFor } from '../../../src/transport/ssh/identity.ts'
import { keyReader } from '../../../src/transport/ssh/key-files.ts'
import { startAgent } from '../../support/login-row.ts'
import { failure } from '../../support/transport.ts'

const run = promisify(execFile)
let folder: string
let agent: Awaited<ReturnType<typeof startAgent>>

/** Makes a key; one with a passphrase gets it last, so that the agent takes it before. */
const make = (name: string, ...more: readonly string[]) =>
  run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name), ...more])
const lock = (name: string) =>
  run('ssh-keygen', ['-p', '-q', '-P', '', '-N', 'secret', '-f', join(folder, name)])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provision-keys-'))
  const held = ['other', 'both', 'locked', 'card']
  for (const name of [...held, 'plain', 'spare', 'alone']) await make(name)
  agent = await startAgent(
    folder,
    held.map((name) => join(folder, name)),
  )
  for (const name of ['locked', 'alone']) await lock(name)
  await make('old', '-t', 'rsa', '-m', 'PEM', '-N', 'secret')
  for (const name of ['locked', 'alone', 'old']) await rm(join(folder, `${name}.pub`))
  // A key whose private half only the agent has.
  await rename(join(folder, 'card'), join(folder, 'gone'))
})
afterAll(async () => {
  agent.stop()
  await rm(folder, { recursive: true })
})

const identityOf = (change: Partial<SshTarget>) => {
  const place = { name: 'box', address: '192.0.2.1', port: 22, user: 'me', knownHosts: [] }
  const rest = { identityFile: undefined, hostKeyAlias: undefined, become: false }
  return identityFor({ ...place, ...rest, ...change }, { SSH_AUTH_SOCK: agent.socket }, keyReader())
}
const list = (...names: readonly string[]) => {
  const identityFiles = names.map((name) => join(folder, name))
  return { identityFile: identityFiles[0], identityFiles }
}
/** What is said, without the folder. */
const bare = (text = '') => text.replaceAll(`${folder}/`, '')

describe('keys that are listed', () => {
  it.each<[string, readonly string[], Partial<SshTarget>, string, string]>([
    [
      'are tried in their order, the missing ones left out',
      ['spare', 'missing', 'plain'],
      { identityAgent: 'none' },
      'key spare, key plain',
      'publickey publickey',
    ],
    [
      'come first where the agent has them, and last where it has not',
      ['plain', 'both'],
      {},
      'key both, ssh-agent (3 keys), key plain',
      'publickey agent agent agent publickey',
    ],
    [
      'are found in the agent by the public half of a private file',
      ['locked', 'card.pub'],
      { identitiesOnly: true },
      'key locked of ssh-agent, key card.pub of ssh-agent',
      'agent agent',
    ],
    [
      'are found in the agent by the public half beside a file that is missing',
      ['card'],
      { identitiesOnly: true },
      'key card of ssh-agent',
      'agent',
    ],
    [
      'keep others of the agent out where they are to be the only ones',
      ['plain', 'both'],
      { identitiesOnly: true },
      'key both, key plain',
      'publickey publickey',
    ],
    [
      'are tried once each',
      ['both.pub', 'both', 'plain', 'plain'],
      { identitiesOnly: true },
      'key both, key plain',
      'publickey publickey',
    ],
    [
      'are told where they are not tried',
      ['alone', 'plain.pub', 'spare', 'old', 'agent'],
      { identitiesOnly: true },
      "key spare; the key file agent cannot be read (ENXIO: no such device or address, open 'agent'); alone has a passphrase; plain.pub is held by no ssh-agent; old has a passphrase",
      'publickey',
    ],
  ])('%s', async (_, names, more, tried, types) => {
    const identity = await identityOf({ ...list(...names), ...more })
    expect(bare(identity.tried)).toBe(tried)
    expect(identity.methods.map(({ type }) => type).join(' ')).toBe(types)
  })

  it('may be none that can be used', async () => {
    const error = await failure(
      identityOf({ ...list('missing', 'alone'), identityAgent: 'none', identitiesOnly: true }),
    )
    expect(error.message).toBe('box: there is no key to log in with as me')
    expect(bare(error.output)).toBe(
      "no usable key among missing, alone, which OpenSSH's configuration lists, and no ssh-agent that holds one\nalone has a passphrase",
    )
  })
})

describe('a key that is named alone', () => {
  it.each([
    ['both', 'key both', 'publickey'],
    ['locked', 'key locked of ssh-agent', 'agent'],
    ['card.pub', 'key card.pub of ssh-agent', 'agent'],
    ['old', 'key old of ssh-agent (4 keys)', 'agent agent agent agent'],
  ])('is the only one: %s', async (name, tried, types) => {
    const identity = await identityOf({ identityFile: join(folder, name) })
    expect(bare(identity.tried)).toBe(tried)
    expect(identity.methods.map(({ type }) => type).join(' ')).toBe(types)
  })

  it.each([
    ['alone', /^box: the key alone has a passphrase$/, /ssh-add alone/],
    ['', /^box: the key file \S* is a folder$/, /^correct identityFile$/],
    ['plain.pub', /^box: plain\.pub is a public key, and no ssh-agent holds its private one$/, /ssh-add -L/],
  ])('that cannot be used is told, and what to do: %s', async (name, message, help) => {
    const error = await failure(identityOf({ identityFile: join(folder, name) }))
    expect(bare(error.message)).toMatch(message)
    expect(bare(error.help)).toMatch(help)
  })
})
