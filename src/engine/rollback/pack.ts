import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import { canonicalJson, digestOf, digestOfValue, type Digest } from '../../core/digest.ts'
import * as read from '../../core/history/journal-fields.ts'
import { temporaryName } from '../../core/temporary.ts'
import { contentPath, keepBytes, keptFolder, namesIn, type MaybeContent } from './store.ts'

/** Where in a pack a content lies. */
interface Place {
  readonly pack: string
  readonly offset: number
  readonly size: number
}

const packsFolder = (stateDir: string): string => join(keptFolder(stateDir), 'packs')

const indexOf = (pack: string): string => `${pack}.json`

/**
 * Keeps many small contents as one file: to make a thousand files takes a file system far longer than to write what is in
 * them. Beside it lies an index, written last: the size of each by its digest, in their order.
 * @returns whether all of them were what they had been; else nothing is kept
 */
export async function writePack(stateDir: string, contents: Iterable<MaybeContent>): Promise<boolean> {
  const folder = packsFolder(stateDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const temporary = temporaryName(join(folder, 'pack'), process.pid, performance.now())
  try {
    const sizes = await writeAll(temporary, contents)
    if (!sizes) return false
    const pack = join(folder, digestOfValue(sizes))
    renameSync(temporary, pack)
    await writeFile(indexOf(pack), canonicalJson({ sizes }), { mode: 0o600 })
    return true
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** After so much, whatever else is waiting has its turn: a signal of the user, for one. Bytes. */
const stretch = 4 << 20

async function writeAll(
  path: string,
  contents: Iterable<MaybeContent>,
): Promise<readonly (readonly [Digest, number])[] | undefined> {
  const sizes: [Digest, number][] = []
  let written = 0
  const file = openSync(path, 'wx', 0o600)
  try {
    for (const content of contents) {
      if (!content) return undefined
      const { digest, bytes } = content
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      sizes.push([digest, bytes.length])
      written += bytes.length
      if (written % stretch < bytes.length) await immediate()
    }
    return sizes
  } finally {
    closeSync(file)
  }
}

/** All contents that lie in packs. */
export async function packedIn(stateDir: string): Promise<ReadonlyMap<Digest, Place>> {
  const packs = await packsIn(stateDir)
  return new Map(packs.flatMap(({ places }) => [...places]))
}

/** Takes contents out of packs, to where those lie that are kept as files of their own; what is damaged is left out. */
export async function unpack(stateDir: string, digests: readonly Digest[]): Promise<void> {
  const missing = digests.filter((digest) => !existsSync(contentPath(stateDir, digest)))
  if (missing.length === 0) return
  const places = await packedIn(stateDir)
  for (const digest of new Set(missing)) {
    const place = places.get(digest)
    const bytes = place && bytesAt(place)
    if (bytes && digestOf(bytes) === digest) keepBytes(stateDir, digest, bytes)
  }
}

/** Removes packs of which nothing is used any more, with what killed runs left half-made. */
export async function removeOtherPacks(stateDir: string, used: ReadonlySet<Digest>): Promise<void> {
  const packs = await packsIn(stateDir)
  const wanted = packs.filter(({ places }) => [...places.keys()].some((digest) => used.has(digest)))
  const names = new Set(wanted.flatMap(({ pack }) => [pack, indexOf(pack)]))
  const folder = packsFolder(stateDir)
  const gone = (await namesIn(folder)).map((name) => join(folder, name)).filter((path) => !names.has(path))
  await Promise.all(gone.map((path) => rm(path, { force: true })))
}

async function packsIn(
  stateDir: string,
): Promise<readonly { readonly pack: string; readonly places: ReadonlyMap<Digest, Place> }[]> {
  const folder = packsFolder(stateDir)
  const names = new Set(await namesIn(folder))
  const packs = [...names].filter((name) => names.has(indexOf(name))).map((name) => join(folder, name))
  return Promise.all(packs.map(async (pack) => ({ pack, places: await placesIn(pack) })))
}

/** An index that is damaged tells of nothing. */
async function placesIn(pack: string): Promise<ReadonlyMap<Digest, Place>> {
  const sizes = read.listOf(read.fieldsIn(await readFile(indexOf(pack), 'utf8'))?.['sizes'])
  let offset = 0
  return new Map(
    sizes.map((entry) => {
      const [digest, length] = read.listOf(entry)
      const size = read.numberOf(length)
      const place = { pack, offset, size }
      offset += size
      return [read.textOf(digest), place]
    }),
  )
}

function bytesAt({ pack, offset, size }: Place): Uint8Array | undefined {
  const file = openSync(pack, 'r')
  try {
    const bytes = Buffer.alloc(size)
    return readSync(file, bytes, 0, size, offset) === size ? bytes : undefined
  } finally {
    closeSync(file)
  }
}
