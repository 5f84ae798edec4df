import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeLeftovers } from '../../src/boxes/claim.ts'
import { findBox, listBoxes } from '../../src/boxes/find.ts'
import { labelsOfBox } from '../../src/boxes/labels.ts'
import { boxRef } from '../../src/boxes/names.ts'
import { digestOf } from '../../src/core/digest.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { matching } from '../support/matching.ts'
import { ask, type Called } from '../support/project.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

type Damage = (text: Buffer) => Buffer

const cutOff: Damage = (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))
const emptied: Damage = () => Buffer.alloc(0)
const garbage: Damage = (bytes) => Buffer.from(bytes.map((byte, i) => (byte * 31 + i * 17) & 0xff))
const wrongJson: Damage = () => Buffer.from('{"journal":[],"version":{},"files":3}\n')

/** A disk that filled up, a power cut, an editor: what lies in `.provision` is not what we wrote. */
describe('damaged state', () => {
  let project: Scratch
  let stateDir: string

  const call = (...args: readonly string[]): Promise<Called> => project.provision([...args, '--json'])
  const failureOf = ({ events }: Called): unknown =>
    events.findLast(({ event }) => event === 'failed')?.['failure']
  /** The only file, or the last one, of those below a folder of `.provision`. */
  const fileIn = (folder: string): string => {
    const dir = join(project.dir, '.provision', folder.replace('ENV', project.prefix))
    if (!existsSync(dir)) throw new Error(`there is no ${dir}`)
    const names = readdirSync(dir).filter((name) => !name.endsWith('.new'))
    return join(dir, names.sort((a, b) => parseInt(a, 10) - parseInt(b, 10)).at(-1) ?? '')
  }

  /** The last run that went well. */
  const lastRun = async (): Promise<string> => {
    const { stdout } = await project.provision(['history'])
    return /^(\d+) .* ok$/m.exec(stdout)?.[1] ?? 'none'
  }

  beforeAll(async () => {
    project = scratchOnSharedBox('one')
    stateDir = join(project.dir, '.provision', project.prefix)
    project.write(`playbooks/${project.prefix}/in`, 'content')
    project.playbook(`const made = artifact('out', { run: ['cp', 'in', 'out'], cwd: '.', inputs: ['in'], output: 'out' })
return [push(one, made, { to: '/etc/out' }), container(one, 'app', { image: tiny, command: ['sleep', '1000'], stopTimeout: '1s' })]`)
    expect((await call('quickstart')).code).toBe(0)
  })
  afterAll(() => project.remove())

  it.each<[string, () => string, Damage]>([
    ['the journal of the last run, cut off', () => fileIn('ENV/journal'), cutOff],
    ['the journal of the last run, emptied', () => fileIn('ENV/journal'), emptied],
    ['the journal of the last run, garbage', () => fileIn('ENV/journal'), garbage],
    ['the cache of digests', () => join(project.dir, '.provision/cache/digests.json'), cutOff],
    ['the record of an artifact', () => fileIn('cache/artifacts'), cutOff],
    ['the record of an image', () => fileIn('cache/images'), garbage],
    ['the keys of hosts, cut off', () => join(stateDir, 'known_hosts'), cutOff],
    ['the keys of hosts, emptied', () => join(stateDir, 'known_hosts'), emptied],
    ['the keys of hosts, garbage', () => join(stateDir, 'known_hosts'), garbage],
    ['our private key, cut off', () => join(stateDir, 'id_ed25519'), cutOff],
    ['our private key, emptied', () => join(stateDir, 'id_ed25519'), emptied],
    ['our public key, garbage', () => join(stateDir, 'id_ed25519.pub'), garbage],
    ['the version of all', () => join(project.dir, '.provision/version'), garbage],
  ])('%s: the next run finds its way', async (_, path, damage) => {
    const file = path()
    writeFileSync(file, damage(readFileSync(file)))
    const called = await call('refresh')
    expect(said(called)).not.toMatch(/\n\s+at |bug of provision/)
    expect({ code: called.code, failure: failureOf(called) }).toEqual({ code: 0, failure: undefined })
    if (!file.includes('/journal/')) return
    const history = await project.provision(['history'])
    expect([history.code, history.stderr]).toEqual([0, ''])
    expect(history.stdout.split('\n').length).toBeGreaterThan(2)
  })

  it.each<[string, Damage]>(Object.entries({ cutOff, wrongJson }))(
    'what is kept of a run, %s, is told before anything changes, and the run after is kept again',
    async (_, damage) => {
      const before = await project.on('one', 'cat', '/etc/out')
      const file = fileIn('ENV/kept/states')
      writeFileSync(file, damage(readFileSync(file)))
      const called = await call('rollback', await lastRun())
      expect(called.code).toBe(1)
      expect(failureOf(called)).toMatchObject({
        code: 'state',
        message: matching(/^what is kept of run \d+ is damaged; nothing was changed$/),
      })
      expect(await project.on('one', 'cat', '/etc/out')).toBe(before)
      expect((await call('refresh')).code).toBe(0)
      expect((await call('rollback', await lastRun())).code).toBe(0)
    },
  )

  it('content that is kept but damaged is not sent', async () => {
    const folder = join(stateDir, 'kept/files')
    const was = await lastRun()
    for (const name of readdirSync(folder, { recursive: true })) {
      const path = join(folder, String(name))
      if (readFileIfAny(path)?.toString() === 'content') writeFileSync(path, 'CONTENT')
    }
    project.write(`playbooks/${project.prefix}/in`, 'other')
    expect((await call('refresh')).code).toBe(0)
    const called = await call('rollback', was)
    expect(called.code).toBe(1)
    expect(failureOf(called)).toMatchObject({ code: 'state' })
    expect(await project.on('one', 'cat', '/etc/out')).toBe('other')
  })

  it('a folder where a file should be is one clear error', async () => {
    const path = join(stateDir, 'id_ed25519')
    const before = readFileSync(path)
    rmSync(path)
    mkdirSync(path)
    const called = await call('refresh')
    expect(called.code).toBe(1)
    expect(said(called)).not.toMatch(/\n\s+at |bug of provision/)
    rmSync(path, { recursive: true })
    writeFileSync(path, before, { mode: 0o600 })
  })

  it('of a newer tool is refused by every command, by name', async () => {
    const path = join(project.dir, '.provision/version')
    writeFileSync(path, '2\n')
    for (const words of ['refresh', 'status', 'history', 'rollback', 'destroy --yes', 'plan']) {
      const called = await call(...words.split(' '))
      expect([words, called.code]).toEqual([words, 1])
      expect(failureOf(called)).toMatchObject({ code: 'state', help: 'update provision on this machine' })
    }
    writeFileSync(path, '1\n')
    expect((await call('status')).code).toBe(0)
  })

  it('of a newer tool is refused by name, a box as well', async () => {
    const name = `${project.prefix}-newer`
    const ref = boxRef(name, digestOf(name))
    const labels = labelsOfBox({
      ...{ name, digest: digestOf(name), user: 'core', store: 'none', images: [], size: 0 },
    })
    const changes = Object.entries({ ...labels, 'provision.version': '2' }).flatMap(([key, value]) => [
      '--change',
      `LABEL ${key}=${JSON.stringify(value)}`,
    ])
    const folder = mkdtempSync(join(tmpdir(), 'empty-'))
    const tar = join(folder, 'empty.tar')
    await ask('tar', '-cf', tar, '-T', '/dev/null')
    await ask('docker', 'import', ...changes, tar, ref)
    const stores = [name, `${project.prefix}-killed`].map((box) => ({ box, store: `${box}-store` }))
    try {
      const engine = await localEngine()
      const { signal } = new AbortController()
      const refusal = `box ${ref} was made by a newer provision (labels of version 2, this one knows 1)`
      await expect(findBox(engine, name, digestOf(name), signal)).rejects.toThrow(refusal)
      await expect(listBoxes(engine, signal, name)).rejects.toThrow(refusal)
      // Whoever bakes another box tidies up, and is not kept from that; what may belong to this one stays.
      for (const { box, store } of stores) {
        const labels = [
          '--label',
          `provision.box.name=${box}`,
          '--label',
          `provision.box.baker=${hostname()}:4194305`,
        ]
        await ask('docker', 'volume', 'create', ...labels, store)
      }
      await removeLeftovers(engine, signal)
      const left = (await ask('docker', 'volume', 'ls', '--quiet')).split('\n')
      expect(stores.map(({ store }) => left.includes(store))).toEqual([true, false])
    } finally {
      await ask('docker', 'rmi', ref)
      await ask('docker', 'volume', 'rm', '--force', ...stores.map(({ store }) => store))
      rmSync(folder, { recursive: true })
    }
  })

  it('that is lost with the nodes keeps destroy from nothing that carries its labels', async () => {
    const label = `label=provision.project=${project.dir}`
    const nodes = await ask('docker', 'ps', '--all', '--quiet', '--filter', label)
    await ask('docker', 'rm', '--force', ...nodes.trim().split('\n'))
    expect(await project.objects()).not.toEqual([])
    rmSync(join(project.dir, '.provision', project.prefix), { recursive: true })
    expect((await call('destroy', '--yes')).code).toBe(0)
    expect(await project.objects()).toEqual([])
    expect(existsSync(join(project.dir, '.provision', project.prefix))).toBe(false)
  })
})

function readFileIfAny(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
