import type Dockerode from 'dockerode'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { BuiltImage } from '../../src/core/build/index.ts'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import { dockerOver } from '../../src/transport/docker/agent.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { imageFingerprint } from '../../src/transport/images/fingerprint.ts'
import { imageSource, type ImageSource } from '../../src/transport/images/source.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { startEngine, type OwnEngine } from '../support/engine.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { matching } from '../support/matching.ts'
import { addLayer, importTiny } from '../support/tiny-image.ts'
import { imageHere } from '../support/image-here.ts'

const refs = {
  base: 'dtest-send-base:1',
  one: 'dtest-send/one:1',
  two: 'dtest-send/two:1',
  same: 'dtest-send/same:2',
}
const never = new AbortController().signal

let engine: Dockerode
let own: OwnEngine
let sshd: Sshd
let connection: Connection
let target: Dockerode
let images: ImageSource
let temporary: string
let formerTemporary: string | undefined

beforeAll(async () => {
  engine = await localEngine()
  await importTiny(engine, refs.base)
  await addLayer(engine, refs.base, refs.one, { name: 'one', content: 'one' })
  await addLayer(engine, refs.one, refs.two, { name: 'two', content: '2'.repeat(5_000) })
  await engine.getImage(refs.one).tag({ repo: 'dtest-send/same', tag: '2' })
  own = await startEngine()
  sshd = await startSshd()
  connection = await connect(sshd.target, never)
  target = dockerOver(() => connection.forwardSocket(own.socket)).docker
  images = imageSource(engine)
  temporary = await mkdtemp('/var/tmp/provision-send-test-')
  formerTemporary = process.env['TMPDIR']
  process.env['TMPDIR'] = temporary
})
afterAll(async () => {
  if (formerTemporary === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = formerTemporary
  await rm(temporary, { recursive: true })
  await connection.close()
  await sshd.stop()
  await own.stop()
  for (const ref of Object.values(refs).reverse()) await engine.getImage(ref).remove()
})

const built = (ref: string) => imageHere(engine, ref)

/** Sends an image and tells how many bytes that took. */
async function send(image: BuiltImage, to = target, signal = never): Promise<number> {
  let bytes = 0
  await images.send(to, image, {
    host: 'box',
    signal,
    sent: (done, total) => {
      expect(done).toBeLessThanOrEqual(total)
      bytes = done
    },
  })
  return bytes
}

const fingerprintThere = async (ref: string) => imageFingerprint(await target.getImage(ref).inspect())

test('an engine gets an image once, and after that only what is new to it', async () => {
  const [one, two, same] = await Promise.all([built(refs.one), built(refs.two), built(refs.same)])
  const baseSize = (await engine.getImage(refs.base).inspect()).Size
  expect(await send(one)).toBeGreaterThan(baseSize)
  expect(await fingerprintThere(refs.one)).toBe(one.fingerprint)
  // One layer of a small file, and what describes the image.
  expect(await send(two)).toBeLessThan(40_000)
  expect(await fingerprintThere(refs.two)).toBe(two.fingerprint)
  expect(await send(two)).toBe(0)
  // The same image under another name is only named.
  expect(await send(same)).toBe(0)
  expect(await fingerprintThere(refs.same)).toBe(same.fingerprint)
  expect(await readdir(temporary)).toEqual([])
})

test('a container can be made of an image that came in parts, and none is left of the trial', async () => {
  await send(await built(refs.one))
  await send(await built(refs.two))
  const container = await target.createContainer({ Image: refs.two, Cmd: ['true'] })
  await container.remove()
  expect(await target.listContainers({ all: true })).toEqual([])
})

test('of several asked for at once the later ones find the layers of the first', async () => {
  for (const { Id } of await own.docker.listImages()) await own.docker.getImage(Id).remove({ force: true })
  const baseSize = (await engine.getImage(refs.base).inspect()).Size
  const bytes = await Promise.all([refs.base, refs.one, refs.two].map(async (ref) => send(await built(ref))))
  const all = bytes.reduce((sum, some) => sum + some, 0)
  expect(all).toBeGreaterThan(baseSize)
  expect(all).toBeLessThan(1.5 * baseSize)
  for (const ref of [refs.base, refs.one, refs.two])
    expect(await fingerprintThere(ref)).toBe((await built(ref)).fingerprint)
})

test('a name that means another image moves', async () => {
  const two = await built(refs.two)
  await send(await built(refs.one))
  await send({ ...two, ref: refs.one })
  expect(await fingerprintThere(refs.one)).toBe(two.fingerprint)
})

test('two that need an image at once read it once', async () => {
  const two = await built(refs.two)
  for (const { Id } of await own.docker.listImages()) await own.docker.getImage(Id).remove({ force: true })
  let saves = 0
  const counted = imageSource(async () => {
    saves++
    return Promise.resolve(engine)
  })
  const delivery = { host: 'box', signal: never }
  await Promise.all([counted.send(target, two, delivery), counted.send(own.docker, two, delivery)])
  expect(saves).toBe(1)
  expect(await fingerprintThere(refs.two)).toBe(two.fingerprint)
  expect(await readdir(temporary)).toEqual([])
})

async function emptyTarget(): Promise<void> {
  for (const { Id } of await own.docker.listImages()) await own.docker.getImage(Id).remove({ force: true })
}

test('those that an engine needs are read together, and one that is gone does not keep the others', async () => {
  const [base, one, two] = await Promise.all([refs.base, refs.one, refs.two].map(built))
  if (!base || !one || !two) throw new Error('they are built')
  let saves = 0
  const counted = imageSource(async () => {
    saves++
    return Promise.resolve(engine)
  })
  const delivery = { host: 'box', signal: never }
  const sendAll = (...some: readonly BuiltImage[]) =>
    Promise.allSettled(some.map((image) => counted.send(target, image, delivery)))
  await emptyTarget()
  const all = await sendAll(base, one, two)
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
  expect(saves).toBe(1)
  for (const { ref, fingerprint } of [base, one, two]) expect(await fingerprintThere(ref)).toBe(fingerprint)
  await emptyTarget()
  const gone = {
    ...one,
    id: `sha256:${'0'.repeat(64)}`,
    fingerprint: 'f'.repeat(64),
    ref: 'dtest-send/gone:1',
  }
  const some = await sendAll(base, gone, two)
  expect(some.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await readdir(temporary)).toEqual([])
})

test('packed for a slow link it is the same image', async () => {
  await emptyTarget()
  const two = await built(refs.two)
  let asked = 0
  await images.send(target, two, {
    host: 'box',
    signal: never,
    isSlow: () => Promise.resolve(++asked > 0),
  })
  expect(asked).toBe(1)
  expect(await fingerprintThere(refs.two)).toBe(two.fingerprint)
})

test('pruned by somebody else just before it gets its name, it comes once more', async () => {
  for (const { Id } of await own.docker.listImages()) await own.docker.getImage(Id).remove({ force: true })
  const { docker } = dockerOver(() => connection.forwardSocket(own.socket))
  const getImage = docker.getImage.bind(docker)
  let pruned = 0
  vi.spyOn(docker, 'getImage').mockImplementation((id) => {
    const image = getImage(id)
    const tag = image.tag.bind(image)
    vi.spyOn(image, 'tag').mockImplementation(async (options) => {
      if (pruned++ === 0) await own.docker.pruneImages({ filters: { dangling: ['true'] } })
      const answer: unknown = await tag(options)
      return answer
    })
    return image
  })
  const one = await built(refs.one)
  await send(one, docker)
  expect(pruned).toBe(2)
  expect(await fingerprintThere(refs.one)).toBe(one.fingerprint)
})

test('an image that is not what was built gets no name', async () => {
  const two = await built(refs.two)
  const wrong = { ...two, ref: 'dtest-send/wrong:1', fingerprint: 'f'.repeat(64) }
  await expect(send(wrong)).rejects.toMatchObject({
    code: 'action',
    message: matching(/^box › image dtest-send\/wrong:1: .* is not the image that was built$/),
  })
  await expect(target.getImage(wrong.ref).inspect()).rejects.toMatchObject({ statusCode: 404 })
})

test('an image that the engine here does not have', async () => {
  const gone = { ...(await built(refs.two)), id: `sha256:${'0'.repeat(64)}`, fingerprint: 'f'.repeat(64) }
  await expect(send({ ...gone, ref: 'dtest-send/gone:1' })).rejects.toMatchObject({
    code: 'engine',
    message: matching(/^image 000000000000 cannot be read here: /),
  })
})

test.each([0, 1, 20, 60, 150])('interrupted after %i ms nothing is left here', async (after) => {
  for (const { Id } of await own.docker.listImages()) await own.docker.getImage(Id).remove({ force: true })
  const stop = new AbortController()
  const sending = send(await built(refs.two), target, stop.signal).then(
    () => 'sent',
    (error: unknown) => error,
  )
  await sleep(after)
  stop.abort()
  const end = await sending
  if (end !== 'sent') expect(end).toMatchObject({ code: 'interrupted' })
  expect(await readdir(temporary)).toEqual([])
})

test('nowhere to put the layers of an image', async () => {
  const full = join(temporary, 'gone')
  process.env['TMPDIR'] = full
  try {
    for (const { Id } of await own.docker.listImages()) await own.docker.getImage(Id).remove({ force: true })
    await expect(send(await built(refs.two))).rejects.toMatchObject({
      message: matching(/ENOENT/),
    })
    await mkdir(full)
    expect(await send(await built(refs.two))).toBeGreaterThan(0)
  } finally {
    process.env['TMPDIR'] = temporary
    await rm(full, { recursive: true, force: true })
  }
})
