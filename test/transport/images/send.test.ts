import type { ServerResponse } from 'node:http'
import { expect, it, test } from 'vitest'
import { imageFingerprint } from '../../../src/transport/images/fingerprint.ts'
import { sendImage, type Delivery } from '../../../src/transport/images/send.ts'
import { imageSource } from '../../../src/transport/images/source.ts'
import { within } from '../../../src/transport/time-limit.ts'
import { fakeEngine, tell, type FakeEngine } from '../../support/fake-engine.ts'
import { builtImageOf } from '../../support/made.ts'
import { matching } from '../../support/matching.ts'

const { signal } = new AbortController()
const delivery: Delivery = { host: 'app', signal }
const other = { Config: {}, RootFS: { Layers: [] } }
const idOf = (i: number) => `sha256:${String(i).padStart(64, '0')}`

/** An engine that lists images, and what it was asked: about which image, by its id, or what else than to list them. */
async function engineWith(
  listed: () => readonly string[],
  answer: (id: string, response: ServerResponse) => void = (Id, response) => tell(response, { Id, ...other }),
): Promise<FakeEngine & { readonly asked: readonly string[]; readonly calls: readonly string[] }> {
  const asked: string[] = []
  const calls: string[] = []
  const engine = await fakeEngine((path, response, request) => {
    const called = decodeURIComponent(path.split('?')[0] ?? '')
    const [, id] = /^\/images\/(sha256:[^/]+)\/json$/.exec(called) ?? []
    if (called === '/images/json') {
      const images = listed().map((Id) => ({ Id }))
      tell(response, images)
    } else if (id !== undefined) {
      asked.push(id)
      answer(id, response)
    } else if (request.method === 'POST') {
      calls.push(called)
      tell(response, {}, 201)
    } else tell(response, { message: 'no such image' }, 404)
  })
  return { ...engine, asked, calls }
}

/** Sends images of no layers; what has to be saved first fails, so that only what is asked before counts. */
function sender({ docker }: FakeEngine): (name: string, given?: AbortSignal) => Promise<unknown> {
  const source = imageSource(() => Promise.reject(new Error('nothing is saved')))
  return (name, given = signal) =>
    source
      .send(docker, builtImageOf(`shop/${name}:latest`, name), { ...delivery, signal: given })
      .catch((error: unknown) => error)
}

const ids = Array.from({ length: 30 }, (_, i) => idOf(i))
const needed = { message: matching(/nothing is saved/) }

test.each<[string, (send: ReturnType<typeof sender>) => Promise<unknown[]>]>([
  ['one after the other', async (send) => [await send('a'), await send('b'), await send('c')]],
  ['at once', (send) => Promise.all(['a', 'b', 'c'].map((name) => send(name)))],
])('an engine is asked about each of its images once, though several are sent %s', async (_, sendAll) => {
  const engine = await engineWith(() => ids)
  try {
    expect(await sendAll(sender(engine))).toMatchObject([needed, needed, needed])
    expect(engine.asked.toSorted()).toEqual(ids)
  } finally {
    await engine.stop()
  }
})

test.each<[string, (answer: () => void, hasStopped: () => boolean) => void, boolean]>([
  ['hears what both asked for', (answer) => setTimeout(answer, 20), true],
  [
    'asks anew for what never came',
    (answer, hasStopped) => {
      if (hasStopped()) answer()
    },
    false,
  ],
])('where one that sends gives up, another one %s', async (_, slowly, isAtOnce) => {
  const stop = new AbortController()
  const engine = await engineWith(
    () => ids,
    (Id, response) => {
      setTimeout(() => stop.abort(), 10)
      slowly(
        () => tell(response, { Id, ...other }),
        () => stop.signal.aborted,
      )
    },
  )
  try {
    const send = sender(engine)
    const first = send('a', stop.signal)
    const second = isAtOnce ? send('b') : first.then(() => send('b'))
    expect(await Promise.all([first, second])).toMatchObject([{ code: 'interrupted' }, needed])
  } finally {
    await engine.stop()
  }
})

it('counts on no image that was there before and is not listed any more', async () => {
  const image = builtImageOf('shop/a:latest', 'a')
  const fingerprint = imageFingerprint(other)
  let listed = [idOf(1)]
  const engine = await engineWith(() => listed)
  const source = imageSource(() => Promise.reject(new Error('nothing is saved')))
  const send = () => source.send(engine.docker, { ...image, fingerprint }, delivery)
  try {
    await send()
    listed = []
    await expect(send()).rejects.toMatchObject(needed)
    expect(engine.calls).toEqual([`/images/${idOf(1)}/tag`])
  } finally {
    await engine.stop()
  }
})

it('sends an image no second time to an engine that hangs when it is tried', async () => {
  const layers = ['sha256:base', 'sha256:above', 'sha256:top']
  const base = { Config: {}, RootFS: { Layers: ['sha256:base'] } }
  const whole = { Config: {}, RootFS: { Layers: layers } }
  const built = {
    ...builtImageOf('shop/a:latest', 'a', layers),
    fingerprint: imageFingerprint(whole),
    layers,
  }
  const [baseId, ownId] = [idOf(1), idOf(2)]
  let loads = 0
  const engine = await fakeEngine((path, response, request) => {
    const called = decodeURIComponent(path.split('?')[0] ?? '')
    if (called === '/images/load') {
      loads++
      request.resume().on('end', () => tell(response, {}))
    } else if (called === '/images/json')
      tell(
        response,
        [baseId, ...(loads > 0 ? [ownId] : [])].map((Id) => ({ Id })),
      )
    else if (called.includes(baseId)) tell(response, { Id: baseId, ...base })
    else if (called.includes(ownId)) tell(response, { Id: ownId, ...whole })
    else if (called !== '/containers/create') tell(response, {}, 404)
  })
  const archive = {
    ids: [ownId],
    layers: layers.map((name) => ({ name, content: Buffer.alloc(1) })),
    others: [],
  }
  try {
    const sending = sendImage(engine.docker, built, (task) => task(archive), {
      ...delivery,
      asking: (work) => within(300, () => new Error('no answer'), signal, work),
    })
    await expect(sending).rejects.toMatchObject({ message: 'app › image shop/a:latest: no answer' })
    expect(loads).toBe(1)
  } finally {
    await engine.stop()
  }
})
