import type Dockerode from 'dockerode'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltImage } from '../../src/core/build/index.ts'
import { isProvisionError } from '../../src/core/error.ts'
import { dockerOver } from '../../src/transport/docker/agent.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { imageFingerprint } from '../../src/transport/images/fingerprint.ts'
import { imageSource } from '../../src/transport/images/source.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { startEngine, type OwnEngine } from '../support/engine.ts'
import { flipping, noise, run } from '../support/fast-path.ts'
import { effort, randomFrom, tally } from '../support/faults.ts'
import { startLink, type Link } from '../support/link.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { addLayer, importTiny } from '../support/tiny-image.ts'
import { never } from '../support/transport.ts'
import { imageHere } from '../support/image-here.ts'

const { seed, points } = effort()
const random = randomFrom(seed)

const base = 'ftest-fast-base:1'
const [oldRef, newRef] = ['ftest-fast/old:1', 'ftest-fast/new:1']
/** By which the host knows it, before and after. */
const ref = 'ftest-fast/app:1'

let engine: Dockerode
let own: OwnEngine
let sshd: Sshd
let link: Link
let temporary: string
let formerTemporary: string | undefined
let before: BuiltImage
let after: BuiltImage

beforeAll(async () => {
  engine = await localEngine()
  await importTiny(engine, base)
  await addLayer(engine, base, oldRef, { name: 'layer', content: noise(300_000, 1).toString('latin1') })
  await addLayer(engine, oldRef, newRef, { name: 'layer', content: noise(600_000, 2).toString('latin1') })
  before = await built(oldRef)
  after = await built(newRef)
  own = await startEngine()
  sshd = await startSshd()
  link = await startLink(sshd)
  temporary = await mkdtemp('/var/tmp/provision-fast-images-')
  formerTemporary = process.env['TMPDIR']
  process.env['TMPDIR'] = temporary
})
afterAll(async () => {
  if (formerTemporary === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = formerTemporary
  await rm(temporary, { recursive: true })
  await link.stop()
  await sshd.stop()
  await own.stop()
  for (const name of [newRef, oldRef, base]) await engine.getImage(name).remove()
})

/** As the one image that the playbook names, in both of its versions. */
const built = (name: string) => imageHere(engine, name, ref)

type Wire = (stream: Duplex) => Duplex

/** Sends an image over the link, and tells how many bytes that took. */
async function send(image: BuiltImage, isSlow: boolean, wire: Wire = (stream) => stream): Promise<number> {
  const begun = link.bytes()
  const connection = await connect(link.target, never)
  const { docker, agent } = dockerOver(async () => wire(await connection.forwardSocket(own.socket)))
  try {
    const delivery = { host: 'box', signal: never, isSlow: () => Promise.resolve(isSlow) }
    await imageSource(engine).send(docker, image, delivery)
    return link.bytes() - begun
  } finally {
    agent.destroy()
    await connection.close()
  }
}

const there = async (): Promise<string> => imageFingerprint(await own.docker.getImage(ref).inspect())

/** The host has the old version, and none of the new one. */
async function reset(): Promise<void> {
  for (const { Id } of await own.docker.listImages()) await own.docker.getImage(Id).remove({ force: true })
  await send(before, false)
  expect(await there()).toBe(before.fingerprint)
}

/** The old version is there, or all of the new one; what is done next brings that, and nothing is left here. */
async function survives(sent: Promise<unknown>, wrong: RegExp): Promise<'done' | 'refused'> {
  const end = await sent.then(
    () => 'done' as const,
    (error: unknown) => error,
  )
  if (end !== 'done') {
    if (!isProvisionError(end)) throw end
    expect(end.message).toMatch(wrong)
    expect(end.message.split('\n')).toHaveLength(1)
  }
  const found = await there()
  expect(found).toBe(end === 'done' ? after.fingerprint : before.fingerprint)
  expect(await readdir(temporary)).toEqual([])
  await send(after, false)
  expect(await there()).toBe(after.fingerprint)
  expect(await own.docker.listContainers({ all: true })).toEqual([])
  return end === 'done' ? 'done' : 'refused'
}

const counts = { cut: 0, spoilt: 0 }
afterAll(() => {
  tally('images cut in the middle', counts.cut)
  tally('images with a byte spoilt', counts.spoilt)
})

describe.each([
  ['as it is', false],
  ['packed', true],
] as const)('the layers that a host lacks, %s', (_, isSlow) => {
  let undisturbed: Promise<number> | undefined
  const measure = async (): Promise<number> => {
    await reset()
    return send(after, isSlow)
  }

  it('make the same image as all of them do, with few bytes', async () => {
    const whole = await (undisturbed ??= measure())
    expect(await there()).toBe(after.fingerprint)
    // 0.6 MB of noise, half as much again as UTF-8.
    expect(whole).toBeLessThan(1_100_000)
    for (const { Id } of await own.docker.listImages()) await own.docker.getImage(Id).remove({ force: true })
    expect(await send(after, isSlow)).toBeGreaterThan(2 * whole)
    expect(await there()).toBe(after.fingerprint)
  })

  it.each(Array.from({ length: points(1, 40) }, () => random()))(
    'cut after %d of the bytes: the old image stays, and the next run ends it',
    async (share) => {
      const whole = await (undisturbed ??= measure())
      await reset()
      link.cutAfter(Math.max(1, Math.floor(share * whole)))
      await survives(send(after, isSlow), /^box(:| ›) ./)
      link.cutAfter(Infinity)
      counts.cut++
    },
  )

  it.each(Array.from({ length: points(1, 30) }, () => Math.floor((0.05 + 0.95 * random()) * 900_000)))(
    'a byte spoilt, the one at %i',
    async (at) => {
      await reset()
      // Of the connection that carries the layers; on another one there are not so many bytes.
      const spoiling: Wire = (stream) => {
        const way = flipping(at)
        way.pipe(stream)
        return Duplex.from({ writable: way, readable: stream })
      }
      await survives(send(after, isSlow, spoiling), /^box ›? ?.+/)
      counts.spoilt++
    },
  )
})

it('onto a full disk: the old image stays, one error says so, and with room again it works', async () => {
  const data = join('/var/tmp', `provision-fast-disk-${process.pid}`)
  await run('mkdir', ['-p', data])
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'none', data])
  const common = own
  try {
    own = await startEngine(data)
    try {
      await reset()
      const filler = join(data, 'filler')
      await run('sh', [
        '-c',
        `dd if=/dev/zero of="$1" bs=4k 2>/dev/null; truncate -s -200k "$1"`,
        'sh',
        filler,
      ])
      await expect(send(after, false)).rejects.toMatchObject({ code: 'action' })
      expect(await there()).toBe(before.fingerprint)
      await rm(filler)
      await survives(send(after, false), /^never$/)
    } finally {
      await own.stop()
    }
  } finally {
    own = common
    await run('umount', ['-l', data])
    await rm(data, { recursive: true })
  }
})
