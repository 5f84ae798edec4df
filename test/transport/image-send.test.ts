import { expect, it } from 'vitest'
import { imageSource } from '../../src/transport/image-source.ts'
import { fakeEngine, tell } from '../support/fake-engine.ts'
import { builtImageOf } from '../support/made.ts'

it('asks an engine about each of its images once, however many are sent', async () => {
  const asked: string[] = []
  const ids = Array.from({ length: 30 }, (_, i) => `sha256:${String(i).padStart(64, '0')}`)
  const engine = await fakeEngine((path, response) => {
    const called = decodeURIComponent(path.split('?')[0] ?? '')
    const id = /sha256:\d+/.exec(called)?.[0]
    if (called === '/images/json')
      tell(
        response,
        ids.map((Id) => ({ Id })),
      )
    else if (id === undefined) tell(response, { message: 'no such image' }, 404)
    else {
      asked.push(id)
      tell(response, { Id: id, Config: {}, RootFS: { Layers: [] } })
    }
  })
  // What has to be saved first fails: only what was asked before counts here.
  const source = imageSource(() => Promise.reject(new Error('no engine')))
  const { signal } = new AbortController()
  try {
    for (const name of ['a', 'b', 'c']) {
      const image = builtImageOf(`shop/${name}:latest`, name)
      await expect(source.send(engine.docker, image, { host: 'app', signal })).rejects.toThrow(/no engine/)
    }
    expect(asked.toSorted()).toEqual(ids)
  } finally {
    await engine.stop()
  }
})
