import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
