import { expect, it } from 'vitest'
import type Dockerode from 'dockerode'
import { imagesHere, keepImages, releaseImages } from '../../../src/engine/rollback/images.ts'
import { fakeEngine } from '../../support/fake-engine.ts'

const images = [{ id: 'sha256:abc' }]

it.each<[string, (docker: Dockerode) => Promise<unknown>]>([
  ['images cannot be kept', (docker) => keepImages(docker, '/state', images)],
  ['kept images cannot be released', (docker) => releaseImages(docker, '/state', [])],
  ['kept images cannot be looked up', (docker) => imagesHere(docker, images)],
])('an engine that breaks off is told as that: %s', async (what, work) => {
  const engine = await fakeEngine((_, response) => void response.socket?.destroy())
  try {
    await expect(work(engine.docker)).rejects.toMatchObject({
      code: 'engine',
      message: `${what}: Docker broke off (socket hang up)`,
    })
  } finally {
    await engine.stop()
  }
})
