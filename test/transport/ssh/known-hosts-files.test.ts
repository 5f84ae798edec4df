import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { linesAbout } from '../../../src/transport/ssh/known-hosts.ts'
import { knownHostsReader } from '../../../src/transport/ssh/known-hosts-files.ts'

const readKnown = knownHostsReader()
let folder = ''
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'provision-known-'))))
afterAll(() => rm(folder, { recursive: true }))

const namesIn = async (...knownHosts: readonly string[]) =>
  (await readKnown({ name: 'box', knownHosts })).map(({ names }) => names)

it('reads files that are shared once, and again when one has changed', async () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  await writeFile(one, 'a ssh-ed25519 AAAA\n')
  const target = { name: 'box', knownHosts: [one, two] }
  const first = await readKnown(target)
  expect(await readKnown({ ...target, name: 'other' })).toBe(first)
  expect(await Promise.all([namesIn(one, two), namesIn(one)])).toEqual([['a'], ['a']])
  await appendFile(one, 'b ssh-ed25519 AAAA\n')
  await writeFile(two, 'c ssh-ed25519 AAAA\n')
  expect(await namesIn(one, two)).toEqual(['a', 'b', 'c'])
  await rm(one)
  expect(await namesIn(one, two)).toEqual(['c'])
})

it('says of a file that cannot be read for which host that matters, each time', async () => {
  await writeFile(join(folder, 'file'), '')
  const below = join(folder, 'file', 'below')
  for (const name of ['web', 'app']) {
    await expect(readKnown({ name, knownHosts: [below] })).rejects.toMatchObject({
      code: 'host',
      message: `${name}: ${below} cannot be read (ENOTDIR: not a directory, stat '${below}')`,
    })
  }
})

it('reads revoked keys as lines about all hosts, and refuses to go on without them', async () => {
  const [known, revoked] = [join(folder, 'known'), join(folder, 'revoked')]
  const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  await writeFile(known, `web ssh-ed25519 ${key}\n`)
  const target = { name: 'web', knownHosts: [known], revokedHostKeys: [revoked] }
  const help = "name a file of public keys, one a line: RevokedHostKeys in OpenSSH's configuration"
  await expect(readKnown(target)).rejects.toMatchObject({
    ...{ code: 'host', message: `web: ${revoked} does not exist`, help },
  })
  await writeFile(revoked, `ssh-ed25519 ${key}\n`)
  expect((await readKnown(target)).map(({ marker, names }) => [marker, names])).toEqual([
    [undefined, 'web'],
    ['revoked', '*'],
  ])
  expect(await namesIn(known)).toEqual(['web'])
  await writeFile(revoked, 'SSHKRL\n\0')
  const said = 'it is a Key Revocation List (KRL), and only public keys, one a line, are read here'
  await expect(readKnown(target)).rejects.toMatchObject({
    ...{ message: `web: ${revoked} cannot be read (${said})`, help },
  })
})

it('says of a folder what it is', async () => {
  await expect(readKnown({ name: 'web', knownHosts: [folder] })).rejects.toMatchObject({
    message: `web: ${folder} is a folder`,
    help: 'name a file of host keys: knownHosts',
  })
})

it('finds the lines of one host among many as if it looked through all', async () => {
  const file = join(folder, 'many')
  const hosts = Array.from({ length: 50 }, (_, i) => `10.0.0.${i},[10.0.0.${i}]:2222 ssh-ed25519 K${i}`)
  await writeFile(
    file,
    [...hosts, '*.example ssh-ed25519 G', '@revoked * ssh-ed25519 R', '10.0.0.7 ssh-rsa K'].join('\n'),
  )
  const known = await readKnown({ name: 'box', knownHosts: [file] })
  const keys = (address: string, port = 22) => linesAbout(known, { address, port }).map(({ key }) => key)
  expect(keys('10.0.0.7')).toEqual(['K7', 'R', 'K'])
  expect(keys('10.0.0.7', 2222)).toEqual(['K7', 'R'])
  expect(keys('WEB.example')).toEqual(['G', 'R'])
  expect(keys('elsewhere')).toEqual(['R'])
})
