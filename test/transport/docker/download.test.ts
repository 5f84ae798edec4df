import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { download } from '../../../src/transport/docker/download.ts'
import { dockerReason, dockerStatus } from '../../../src/transport/docker/error.ts'
import { fakeEngine, tell } from '../../support/fake-engine.ts'

const { signal } = new AbortController()

it('asks with all of its query, and gives what comes', async () => {
  const asked: string[] = []
  const engine = await fakeEngine((path, response) => {
    asked.push(path)
    response.end('content')
  })
  try {
    const names = new URLSearchParams([
      ['names', 'sha256:a1'],
      ['names', 'sha256:b2'],
    ])
    expect(await text(await download(engine.docker, '/images/get', names, signal))).toBe('content')
    expect(asked).toEqual(['/images/get?names=sha256%3Aa1&names=sha256%3Ab2'])
  } finally {
    await engine.stop()
  }
})

it('fails with what the engine says', async () => {
  const engine = await fakeEngine((_, response) => tell(response, { message: 'no such image' }, 404))
  try {
    const asking = download(engine.docker, '/images/get', new URLSearchParams(), signal)
    const error: unknown = await asking.catch((reason: unknown) => reason)
    expect([dockerStatus(error), dockerReason(error)]).toEqual([404, 'no such image'])
  } finally {
    await engine.stop()
  }
})
