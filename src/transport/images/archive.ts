import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'
import { ProvisionError } from '../../core/error.ts'
import { digestOf } from '../../core/digest.ts'
import { isObject, isTexts } from '../../core/rules/shape.ts'
import { readSpooled, type Spool, type SpooledFile } from './spool.ts'

/** A saved image in the OCI layout that every Docker since 20.10 loads, with no name in it. */
export interface ImageArchive {
  /** What the image may be called after loading: by its configuration, or by its manifest. */
  readonly ids: readonly string[]
  /** One a layer, lowest first. */
  readonly layers: readonly ArchivePart[]
  readonly others: readonly ArchivePart[]
}

export interface ArchivePart {
  readonly name: string
  readonly content: Buffer | SpooledFile
}

const types = {
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
} as const

const sizeOf = ({ content }: ArchivePart): number =>
  Buffer.isBuffer(content) ? content.length : content.size

/** Reads what `docker save` gave, in its old format (before Docker 25) or in OCI layout: the images of it, in any order. */
export async function readArchives(spool: Spool): Promise<readonly ImageArchive[]> {
  const saved = savedImages(await json(spool, 'manifest.json'))
  const layersOfAll = new Set(saved.flatMap(({ Layers }) => Layers))
  return Promise.all(
    saved.map(async (image) => {
      const config = await readSpooled(spool, image.Config)
      const parts = image.Layers.map((name) => ({ name, content: spooled(spool, name) }))
      return spool.files.has('index.json')
        ? fromLayout(spool, image, config, parts, layersOfAll)
        : fromOldFormat(config, parts)
    }),
  )
}

/** Docker's own layout, without names and without the layers of other images. */
async function fromLayout(
  spool: Spool,
  saved: SavedImage,
  config: Buffer,
  layers: readonly ArchivePart[],
  layersOfAll: ReadonlySet<string>,
): Promise<ImageArchive> {
  const digest = `sha256:${digestOf(config)}`
  const there = manifestsOf(await json(spool, 'index.json'))
  const isOwn = await Promise.all(there.map((one) => describes(spool, one.digest, digest)))
  const manifests = there.length > 1 ? there.filter((_, i) => isOwn[i]) : there
  if (manifests.length === 0) throw unknownFormat(`no manifest of it names ${saved.Config}`)
  // Another name could come to stand where one of ours does.
  if (layers.some(({ name }) => !isBlob(name))) throw unknownFormat('a layer of it has an odd name')
  const others = [...spool.files].flatMap(([name, content]) =>
    (name === 'oci-layout' || isBlob(name)) && !layersOfAll.has(name) ? [{ name, content }] : [],
  )
  return {
    ids: [digest, ...manifests.map((one) => one.digest)],
    layers,
    others: [
      ...others,
      jsonPart('index.json', { schemaVersion: 2, mediaType: types.index, manifests }),
      jsonPart('manifest.json', [{ Config: saved.Config, RepoTags: null, Layers: saved.Layers }]),
    ],
  }
}

/** Whether a manifest, or one that it lists, is of the image with this configuration. */
async function describes(spool: Spool, digest: string, config: string): Promise<boolean> {
  if (!spool.files.has(blob(digest))) return false
  const value = await json(spool, blob(digest))
  if (!isObject(value)) return false
  if (isObject(value['config']) && 'digest' in value['config']) return value['config']['digest'] === config
  if (!('manifests' in value)) return false
  const listed = await Promise.all(manifestsOf(value).map((one) => describes(spool, one.digest, config)))
  return listed.includes(true)
}

/** The old format holds layers as plain tars, whose digests are the diff ids of the configuration. */
function fromOldFormat(config: Buffer, parts: readonly ArchivePart[]): ImageArchive {
  const diffs = diffIds(config)
  const layers = parts.map(({ content }, i) => ({ name: blob(diffs[i] ?? ''), content }))
  const configDigest = `sha256:${digestOf(config)}`
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: { mediaType: types.config, digest: configDigest, size: config.length },
      layers: layers.map((layer, i) => ({ mediaType: types.layer, digest: diffs[i], size: sizeOf(layer) })),
    }),
  )
  const digest = `sha256:${digestOf(manifest)}`
  return {
    ids: [configDigest, digest],
    layers,
    others: [
      jsonPart('oci-layout', { imageLayoutVersion: '1.0.0' }),
      { name: blob(configDigest), content: config },
      { name: blob(digest), content: manifest },
      jsonPart('index.json', {
        schemaVersion: 2,
        mediaType: types.index,
        manifests: [{ mediaType: types.manifest, digest, size: manifest.length }],
      }),
      jsonPart('manifest.json', [
        { Config: blob(configDigest), RepoTags: null, Layers: layers.map(({ name }) => name) },
      ]),
    ],
  }
}

const isBlob = (name: string): boolean => /^blobs\/[a-z0-9]+\/[0-9a-f]{32,}$/.test(name)

function blob(digest: string): string {
  const name = `blobs/${digest.replace(':', '/')}`
  if (isBlob(name)) return name
  throw unknownFormat(`${JSON.stringify(digest)} is no digest`)
}

const jsonPart = (name: string, value: unknown) => ({ name, content: Buffer.from(JSON.stringify(value)) })

/** The tar of an archive without its lowest layers, and its size in bytes. */
export function packWithout(
  { layers, others }: ImageArchive,
  lowest: number,
): { readonly tar: Pack; readonly size: number } {
  // By name: a layer may come twice, as an empty one does.
  const above = new Map(layers.slice(lowest).map((layer) => [layer.name, layer]))
  const parts = [...others, ...above.values()]
  const blocks = parts.reduce((sum, part) => sum + 1 + Math.ceil(sizeOf(part) / 512), 2)
  const tar = pack()
  fill(tar, parts).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return { tar, size: blocks * 512 }
}

async function fill(tar: Pack, parts: readonly ArchivePart[]): Promise<void> {
  for (const { name, content } of parts) {
    if (Buffer.isBuffer(content)) tar.entry({ name }, content)
    else {
      const source = createReadStream(content.path, { highWaterMark: 1 << 18 })
      await pipeline(source, tar.entry({ name, size: content.size }))
    }
  }
}

interface SavedImage {
  readonly Config: string
  readonly Layers: readonly string[]
}

const spooled = (spool: Spool, name: string): SpooledFile => {
  const file = spool.files.get(name)
  if (file) return file
  throw unknownFormat(`it has no ${name}`)
}

const json = async (spool: Spool, name: string): Promise<unknown> =>
  JSON.parse((await readSpooled(spool, name)).toString('utf8'))

const unknownFormat = (why: string) =>
  new ProvisionError('engine', `docker save gave an archive that cannot be read: ${why}`)

function savedImages(manifest: unknown): readonly SavedImage[] {
  const entries: readonly unknown[] = Array.isArray(manifest) ? manifest : []
  if (entries.length === 0) throw unknownFormat('no image in it')
  return entries.map((entry) => {
    if (!isObject(entry) || !('Config' in entry) || !('Layers' in entry))
      throw unknownFormat('no image in it')
    const { Config, Layers } = entry
    if (typeof Config !== 'string' || !isTexts(Layers)) throw unknownFormat('its manifest.json is odd')
    return { Config, Layers }
  })
}

function diffIds(config: Buffer): readonly string[] {
  const value: unknown = JSON.parse(config.toString('utf8'))
  const rootfs = isObject(value) ? value['rootfs'] : undefined
  const ids = isObject(rootfs) ? rootfs['diff_ids'] : undefined
  if (ids === undefined || ids === null) return []
  if (isTexts(ids)) return ids
  throw unknownFormat('its configuration names no layers')
}

/** The manifests of an index without their annotations, which would name the image. */
function manifestsOf(index: unknown): { digest: string }[] {
  const manifests = isObject(index) ? index['manifests'] : undefined
  if (!Array.isArray(manifests)) throw unknownFormat('its index.json is odd')
  return manifests.map((item: unknown) => {
    const digest = isObject(item) ? item['digest'] : undefined
    if (!isObject(item) || typeof digest !== 'string') throw unknownFormat('its index.json is odd')
    return { ...item, digest, annotations: undefined }
  })
}
