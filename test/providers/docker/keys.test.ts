import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeKeyPair } from '../../../src/boxes/ssh-keys.ts'
import {
  keyFilesOf,
  readIdentity,
  readKnownHosts,
  removeKeys,
  writeIdentity,
  writeKnownHosts,
} from '../../../src/providers/docker/keys.ts'

let root = ''
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'keys-'))))
afterEach(() => rmSync(root, { recursive: true }))

describe('the keys of an environment', () => {
  it('are not there at first', async () => {
    const files = keyFilesOf(join(root, 'none'))
    expect([await readIdentity(files), [...(await readKnownHosts(files))]]).toEqual([undefined, []])
  })

  it('come back as they were written, readable by nobody else', async () => {
    const files = keyFilesOf(join(root, 'a', 'b'))
    const pair = makeKeyPair('somebody')
    await writeIdentity(files, pair)
    await writeKnownHosts(files, new Map([['n-web', pair.publicKey]]))
    expect(await readIdentity(files)).toEqual(pair)
    expect([...(await readKnownHosts(files)).keys()]).toEqual(['n-web'])
    expect(statSync(files.identity).mode & 0o777).toBe(0o600)
    expect(statSync(files.knownHosts).mode & 0o777).toBe(0o600)
    expect(statSync(files.directory).mode & 0o777).toBe(0o700)
    expect(readdirSync(files.directory).sort()).toEqual(['id_ed25519', 'id_ed25519.pub', 'known_hosts'])
  })

  it('are not there when only half of them is', async () => {
    const files = keyFilesOf(root)
    await writeIdentity(files, makeKeyPair('somebody'))
    rmSync(files.identityPublic)
    expect(await readIdentity(files)).toBeUndefined()
  })

  it.each<[string, string, string]>([
    ['a private key that is cut off', 'identity', 'half'],
    ['a private key that is empty', 'identity', ''],
    ['a private key of another pair', 'identity', makeKeyPair('another').privateKey],
    ['a public key that is cut off', 'identityPublic', 'half'],
    ['a public key of another pair', 'identityPublic', makeKeyPair('another').publicKey],
  ])('are not there with %s', async (_, which, text) => {
    const files = keyFilesOf(root)
    await writeIdentity(files, makeKeyPair('somebody'))
    const path = which === 'identity' ? files.identity : files.identityPublic
    const whole = readFileSync(path, 'utf8')
    writeFileSync(path, text === 'half' ? whole.slice(0, whole.length / 2) : text)
    expect(await readIdentity(files)).toBeUndefined()
  })

  it.each<[string, (line: string) => string]>([
    ['cut off', (line) => line.slice(0, -30)],
    ['without its type', (line) => line.replace('ssh-ed25519 ', '')],
    ['of another type', (line) => line.replace('ssh-ed25519', 'ssh-rsa')],
    ['garbage', (line) => line.replace(/AAAA.*/, 'AAAA\0\0!')],
  ])('leave out the key of a host that is %s', async (_, damage) => {
    const files = keyFilesOf(root)
    const { publicKey } = makeKeyPair('x')
    const pairs = ['a', 'b'].map((name): [string, string] => [name, publicKey])
    await writeKnownHosts(files, new Map(pairs))
    const [first = '', second = ''] = readFileSync(files.knownHosts, 'utf8').split('\n')
    writeFileSync(files.knownHosts, `${first}\n${damage(second)}\n`)
    expect([...(await readKnownHosts(files)).keys()]).toEqual(['a'])
  })

  it('forget hosts that are gone', async () => {
    const files = keyFilesOf(root)
    const { publicKey } = makeKeyPair('x')
    await writeKnownHosts(
      files,
      new Map([
        ['a', publicKey],
        ['b', publicKey],
      ]),
    )
    await writeKnownHosts(files, new Map([['b', publicKey]]))
    expect([...(await readKnownHosts(files)).keys()]).toEqual(['b'])
  })

  it('go alone: what else is in the folder stays', async () => {
    const files = keyFilesOf(root)
    await writeIdentity(files, makeKeyPair('somebody'))
    mkdirSync(join(root, 'cache'))
    writeFileSync(join(root, 'notes'), '')
    await removeKeys(files)
    await removeKeys(files)
    expect(readdirSync(root).sort()).toEqual(['cache', 'notes'])
  })
})
