import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { image } from '../../src/index.ts'
import { imageSource } from '../../src/transport/images/source.ts'
import {
  image as builtImage,
  engine,
  failure,
  prefix,
  removeImages,
  toRemove,
  workplace,
} from '../support/builds.ts'
import { startEngine, type OwnEngine } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { serveImage, type Registry } from '../support/registry.ts'
import { addLayer, importTiny } from '../support/tiny-image.ts'

const [tiny, mine] = [`${prefix}-tiny:1`, `${prefix}-pinned:1`]

let own: OwnEngine
let registry: Registry
beforeAll(async () => {
  await importTiny(engine, tiny)
  // Unlike that of any other run: the engine must not have it by its digest already.
  await addLayer(engine, tiny, mine, { name: 'x', content: prefix })
  registry = await serveImage(engine, mine)
  own = await startEngine()
})
afterAll(async () => {
  await own.stop()
  await registry.stop()
  toRemove(mine)
  await removeImages()
  await engine.getImage(tiny).remove()
})

test.each([[''], [':1.2']])(
  'an image named with tag %j and a digest is pulled once, and has a name on a host',
  async (tag) => {
    const pinned = image(`${registry.repository}${tag}@${registry.digest}`)
    onTestFinished(() => engine.getImage(`${registry.repository}@${registry.digest}`).remove())
    const root = temporaryFolder()
    const first = workplace(root)
    const built = (await first.build(pinned)).images.get(pinned.ref)
    if (!built) throw new Error('it is not there')
    expect(first.tasks()).toEqual([`image ${pinned.ref}`])
    const again = workplace(root)
    expect((await again.build(pinned)).images.get(pinned.ref)).toEqual({ ...built, made: 'before' })
    expect(again.tasks()).toEqual([])

    let sent = 0
    const send = () =>
      imageSource(engine).send(own.docker, built, {
        ...{ host: 'app', signal: new AbortController().signal, sent: () => sent++ },
      })
    await send()
    const name = `${registry.repository}:${registry.digest.replace(':', '-')}`
    expect((await own.docker.getImage(name).inspect()).RepoTags).toEqual([name])
    const before = sent
    await send()
    expect(sent).toBe(before)
  },
)

test('a registry that wants a login is shown the one that Docker keeps, for what is built as well', async () => {
  const guarded = await serveImage(engine, mine, 'me:pw')
  onTestFinished(guarded.stop)
  const ref = `${guarded.repository}:1`
  const config = (login: string) => ({
    'config.json': JSON.stringify({
      auths: { [guarded.repository.replace('/app', '')]: { auth: Buffer.from(login).toString('base64') } },
    }),
  })
  const root = temporaryFolder({ 'top/Dockerfile': `FROM ${ref}\nENV A=1\n` })
  vi.stubEnv('DOCKER_CONFIG', temporaryFolder(config('me:other')))
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await failure(workplace(root).build(builtImage('top')))).toMatchObject({ code: 'build' })
  vi.stubEnv('DOCKER_CONFIG', temporaryFolder(config('me:pw')))
  const { build, lines } = workplace(root)
  expect((await build(builtImage('top'))).images.size).toBe(1)
  toRemove(ref)
  expect(lines().join('\n')).not.toContain('pw')
})
