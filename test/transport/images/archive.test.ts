import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { extract } from 'tar-stream'
import { digestOf } from '../../../src/core/digest.ts'
import { packWithout, readArchives, type ImageArchive } from '../../../src/transport/images/archive.ts'
import type { Spool } from '../../../src/transport/images/spool.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provision-archive-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const contents = ['lowest', 'middle', 'top'].map((text) => Buffer.from(text.repeat(300)))
const digests = contents.map((content) => digestOf(content))
const config = Buffer.from(
  JSON.stringify({ rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) } }),
)
const blob = (digest: string) => `blobs/sha256/${digest}`
const layerNames = digests.map(blob)

async function spoolOf(entries: Readonly<Record<string, string | Buffer>>): Promise<Spool> {
  const files = new Map<string, { path: string; size: number }>()
  for (const [name, content] of Object.entries(entries)) {
    const path = join(folder, `${files.size}-${digestOf(name).slice(0, 8)}`)
    await writeFile(path, content)
    files.set(name, { path, size: Buffer.byteLength(content) })
  }
  return { files, remove: () => Promise.resolve() }
}

const oldFormat = () =>
  spoolOf({
    ...Object.fromEntries(contents.map((content, i) => [`v1-${i}/layer.tar`, content])),
    'v1-0/json': '{}',
    'config.json': config,
    'manifest.json': JSON.stringify([
      {
        Config: 'config.json',
        RepoTags: ['app:1'],
        Layers: contents.map((_, i) => `v1-${i}/layer.tar`),
      },
    ]),
    repositories: '{"app":{"1":"v1-2"}}',
  })

const manifest = Buffer.from('{"schemaVersion":2}')
const layout = () =>
  spoolOf({
    ...Object.fromEntries(contents.map((content, i) => [layerNames[i] ?? '', content])),
    [blob(digestOf(config))]: config,
    [blob(digestOf(manifest))]: manifest,
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': JSON.stringify({
      manifests: [{ digest: `sha256:${digestOf(manifest)}`, size: 1, annotations: { name: 'app:1' } }],
    }),
    'manifest.json': JSON.stringify([
      { Config: blob(digestOf(config)), RepoTags: ['app:1'], Layers: layerNames },
    ]),
  })

async function firstOf(spool: Spool): Promise<ImageArchive> {
  const [first] = await readArchives(spool)
  if (!first) throw new Error('there is none')
  return first
}

async function entriesOf(
  spool: Spool,
  lowest: number,
): Promise<{ names: string[]; texts: Map<string, string> }> {
  const { tar, size } = packWithout(await firstOf(spool), lowest)
  const texts = new Map<string, string>()
  const bytes = await buffer(tar)
  for await (const entry of Readable.from([bytes]).pipe(extract()))
    texts.set(entry.header.name, await text(entry))
  expect(bytes).toHaveLength(size)
  return { names: [...texts.keys()], texts }
}

for (const [format, make] of [
  ['before Docker 25', oldFormat],
  ['in OCI layout', layout],
] as const) {
  test.each([
    [0, layerNames],
    [1, layerNames.slice(1)],
    [2, layerNames.slice(2)],
    [3, []],
  ])(`a save ${format} without its %i lowest layers`, async (lowest, expected) => {
    const { names, texts } = await entriesOf(await make(), lowest)
    expect(names.filter((name) => layerNames.includes(name))).toEqual(expected)
    expect(names).toEqual(
      expect.arrayContaining(['oci-layout', 'index.json', 'manifest.json', blob(digestOf(config))]),
    )
    const last = layerNames[2] ?? ''
    if (lowest < 3) expect(texts.get(last)).toBe(contents[2]?.toString())
  })

  test(`a save ${format} loses its name and keeps all its layers in the manifest`, async () => {
    const { texts } = await entriesOf(await make(), 2)
    expect([...texts.values()].join()).not.toContain('app:1')
    expect(JSON.parse(texts.get('manifest.json') ?? '')).toEqual([
      { Config: blob(digestOf(config)), RepoTags: null, Layers: layerNames },
    ])
  })

  test(`the ids that a save ${format} may get`, async () => {
    const { ids } = await firstOf(await make())
    const { texts } = await entriesOf(await make(), 0)
    expect(ids[0]).toBe(`sha256:${digestOf(config)}`)
    expect(texts.get('index.json')).toContain(String(ids[1]))
    expect(texts.has(String(ids[1]).replace('sha256:', 'blobs/sha256/'))).toBe(true)
  })
}

test('a layer that comes twice is sent once, also when one of the two is there', async () => {
  const [first = Buffer.alloc(0)] = contents
  const twice = Buffer.from(
    JSON.stringify({
      rootfs: { diff_ids: [digests[0], digests[1], digests[0]].map((d) => `sha256:${String(d)}`) },
    }),
  )
  const spool = await spoolOf({
    'a/layer.tar': first,
    'b/layer.tar': contents[1] ?? '',
    'c/layer.tar': first,
    'config.json': twice,
    'manifest.json': JSON.stringify([
      { Config: 'config.json', Layers: ['a/layer.tar', 'b/layer.tar', 'c/layer.tar'] },
    ]),
  })
  const layersWithout = async (lowest: number) =>
    (await entriesOf(spool, lowest)).names.filter((name) => layerNames.includes(name))
  expect(await layersWithout(0)).toEqual([layerNames[0], layerNames[1]])
  expect(await layersWithout(1)).toEqual([layerNames[1], layerNames[0]])
})

test.each([
  ['no manifest', {}],
  ['an empty manifest', { 'manifest.json': '[]' }],
  ['a missing layer', { 'manifest.json': '[{"Config":"c","Layers":["x"]}]', c: config }],
])('a save with %s is refused', async (_, entries) => {
  await expect(async () => firstOf(await spoolOf(entries))).rejects.toMatchObject({ code: 'engine' })
})

/** What a file that somebody sends could have in it to bring a name along. */
const names = JSON.stringify({
  manifests: [{ digest: `sha256:${digestOf(manifest)}`, annotations: { name: 'app:1' } }],
})
const withLayers = (config: Buffer, ...layers: readonly string[]) => ({
  'config.json': config,
  'manifest.json': JSON.stringify([{ Config: 'config.json', Layers: layers }]),
})

test.each([
  ['below the layout', async () => ({ ...(await entriesIn(layout())), './index.json': names })],
  ['beside the layout', async () => ({ ...(await entriesIn(layout())), 'blobs/../index.json': names })],
])('a name %s is left out', async (_, entries) => {
  const { names } = await entriesOf(await spoolOf(await entries()), 0)
  expect(names.filter((name) => name.includes('index'))).toEqual(['index.json'])
})

test.each([
  [
    'layers that are called otherwise',
    { ...withLayers(config, './index.json'), './index.json': names, 'index.json': names },
  ],
  [
    'digests that are paths',
    {
      ...withLayers(Buffer.from('{"rootfs":{"diff_ids":["../index.json"]}}'), 'layer.tar'),
      'layer.tar': names,
    },
  ],
])('a save with %s is refused', async (_, entries) => {
  await expect(async () => firstOf(await spoolOf(entries))).rejects.toMatchObject({ code: 'engine' })
})

async function entriesIn(made: Promise<Spool>): Promise<Record<string, Buffer>> {
  const { files } = await made
  const read = [...files].map(async ([name, { path }]) => [name, await readFile(path)] as const)
  return Object.fromEntries(await Promise.all(read))
}

test('two images of one save in OCI layout, one of them in an index of its own', async () => {
  const configs = ['one', 'two'].map((name) =>
    Buffer.from(JSON.stringify({ name, rootfs: { diff_ids: [`sha256:${String(digests[0])}`] } })),
  )
  const manifests = configs.map((bytes) =>
    Buffer.from(JSON.stringify({ config: { digest: `sha256:${digestOf(bytes)}` } })),
  )
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = manifests
  const nested = Buffer.from(JSON.stringify({ manifests: [{ digest: `sha256:${digestOf(second)}` }] }))
  const spool = await spoolOf({
    [layerNames[0] ?? '']: contents[0] ?? '',
    ...Object.fromEntries([...configs, ...manifests, nested].map((bytes) => [blob(digestOf(bytes)), bytes])),
    'index.json': JSON.stringify({
      manifests: [first, nested].map((bytes) => ({ digest: `sha256:${digestOf(bytes)}` })),
    }),
    'manifest.json': JSON.stringify(
      configs.map((bytes) => ({ Config: blob(digestOf(bytes)), Layers: [layerNames[0]] })),
    ),
  })
  expect((await readArchives(spool)).map(({ ids }) => ids)).toEqual(
    [first, nested].map((top, i) => [`sha256:${digestOf(configs[i] ?? '')}`, `sha256:${digestOf(top)}`]),
  )
})
