import type Dockerode from 'dockerode'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { BuiltImage } from '../../src/core/build/index.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { imageFingerprint } from '../../src/transport/images/fingerprint.ts'
import { imageSource } from '../../src/transport/images/source.ts'
import { startEngine, type OwnEngine } from '../support/engine.ts'
import { addLayer, importTiny } from '../support/tiny-image.ts'
import { imageHere } from '../support/image-here.ts'

const name = 'dtest-former/app:1'
const refs = [
  'dtest-former-base:1',
  'dtest-former/one:1',
  'dtest-former/two:1',
  'dtest-former/other:1',
] as const
const [base, one, two, other] = refs

let engine: Dockerode
let own: OwnEngine
beforeAll(async () => {
  engine = await localEngine()
  await importTiny(engine, base)
  await addLayer(engine, base, one, { name: 'one', content: 'one' })
  await addLayer(engine, one, two, { name: 'two', content: 'two' })
  await addLayer(engine, base, other, { name: 'other', content: 'other' })
  own = await startEngine()
})
afterAll(async () => {
  await own.stop()
  for (const ref of [...refs].reverse()) await engine.getImage(ref).remove()
})

const built = (ref: string) => imageHere(engine, ref, name)

/** Sends it and tells the images that the engine was asked about, and how much went there. */
async function send(
  image: BuiltImage,
): Promise<{ readonly asked: ReadonlySet<string>; readonly bytes: number }> {
  const asked = vi.spyOn(own.docker, 'getImage')
  let bytes = 0
  try {
    await imageSource(() => Promise.resolve(engine)).send(own.docker, image, {
      ...{ host: 'box', signal: new AbortController().signal, sent: (done) => (bytes = done) },
    })
    return { asked: new Set(asked.mock.calls.map(([ref]) => ref)), bytes }
  } finally {
    asked.mockRestore()
  }
}

test('of a version that lacks one layer no other image is asked about', async () => {
  const { Id: idOfOther } = await engine.getImage(other).inspect()
  await send({ ...(await built(other)), ref: other })
  await send(await built(one))
  const { asked, bytes } = await send(await built(two))
  expect(asked).not.toContain(idOfOther)
  expect(bytes).toBeLessThan(40_000)
  expect(imageFingerprint(await own.docker.getImage(name).inspect())).toBe((await built(two)).fingerprint)
})

test('where the former version has little in common, layers of all images count', async () => {
  await send({ ...(await built(two)), ref: two })
  await send(await built(other))
  const { bytes } = await send(await built(two))
  expect(bytes).toBe(0)
  expect(imageFingerprint(await own.docker.getImage(name).inspect())).toBe((await built(two)).fingerprint)
})
