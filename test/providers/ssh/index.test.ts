import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSshProvider } from '../../../src/providers/ssh/index.ts'
import { never } from '../../support/transport.ts'
import { temporaryFolder } from '../../support/folder.ts'

const { signal } = new AbortController()
const watch = { host: () => undefined }
const noBox = () => Promise.reject(new Error('such hosts need no box'))

describe('hosts that are there already', () => {
  const open = (text: string) => {
    const file = join(temporaryFolder({ 'hosts.yaml': text }), 'hosts.yaml')
    return createSshProvider({ file, hosts: ['web', 'app'], signal: never })
  }
  const good = 'hosts: { app: { address: b, port: 2222 }, web: { address: a, identityFile: key } }'

  it('are taken as they are, in the order of the topology', async () => {
    const provider = await open(good)
    const hosts = await provider.survey(signal)
    expect(hosts.map(({ name, state, address, system }) => [name, state, address, system])).toEqual([
      ['web', 'running', 'a', undefined],
      ['app', 'running', 'b', undefined],
    ])
    expect(hosts[0]?.ssh.identityFile).toMatch(/^\/.*\/folder\/key$/)
    expect(await provider.up(noBox, signal, watch)).toEqual(hosts)
    expect(await provider.start(signal, watch)).toEqual(hosts)
    expect(hosts[1] && provider.reach(hosts[1], 8080)).toEqual({ host: 'b', port: 8080 })
  })

  it('are not ours to stop or to remove', async () => {
    const provider = await open(good)
    await expect(provider.stop(signal, watch)).rejects.toMatchObject({ code: 'provider' })
    expect(await provider.destroy(signal, watch)).toEqual({ removed: [], left: ['host web', 'host app'] })
  })

  it.each([
    [
      'longer than anybody writes',
      `#${'x'.repeat(1_000_000)}\n${good}`,
      /hosts\.yaml: no list of hosts is longer than 256 kB/,
    ],
    ['wrong', 'hosts: {', /hosts\.yaml:1:\d+: /],
  ])('are not taken from a file that is %s', async (_, text, message) => {
    const opening = open(text)
    await expect(opening).rejects.toMatchObject({ code: 'usage' })
    await expect(opening).rejects.toThrow(message)
  })

  it('are not taken from a file that is not there', async () => {
    const opening = createSshProvider({ file: '/no/such/hosts.yaml', hosts: ['web'], signal: never })
    await expect(opening).rejects.toThrow('/no/such/hosts.yaml does not exist')
  })

  it('are not taken from a folder', async () => {
    const opening = createSshProvider({ file: tmpdir(), hosts: ['web'], signal: never })
    await expect(opening).rejects.toThrow(`${tmpdir()} is a folder`)
  })
})
