import { readFileSync, statSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import { digestOf, type Digest } from '../../core/digest.ts'
import { ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import { digestOfFile } from '../../transport/files/digest.ts'
import { createLimit } from '../../core/async/limit.ts'
import { isObject } from '../../core/rules/shape.ts'
import { readJson, writeJson } from './records.ts'
import { statThere } from './stat-there.ts'

/** What is known of the content of a regular file. */
export interface FileFacts {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** Whether its owner may execute it. */
  readonly executable: boolean
}

/** Digests of files, remembered from run to run as long as a file's size, times and inode stay the same. */
export interface DigestCache {
  /** In the order of the paths, which are absolute. */
  of(paths: readonly string[]): Promise<readonly FileFacts[]>
  /** Keeps what was learnt for the next run. */
  save(): void
}

/** A file changed this recently may change again within one tick of a coarse clock, unseen. Milliseconds. */
const settled = 2_000
const attempts = 5
/** After so long, whatever else is waiting has its turn: hosts that are being connected, a signal. Milliseconds. */
const stretch = 10
/** Read at once: for thousands of files several times as fast as streams. Bytes. */
const small = 65_536n

/** @param onRead is told each small content that was read */
export function openDigestCache(
  cacheDir: string,
  onRead: (digest: Digest, content: Buffer) => void = () => undefined,
): DigestCache {
  const file = join(cacheDir, 'digests.json')
  const known = readEntries(file)
  const used = new Set<string>()
  const limit = createLimit(4)
  let learnt = false

  const factsOf = async (path: string): Promise<FileFacts> => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = statOf(path)
      const key = keyOf(before)
      used.add(path)
      const [knownKey, knownDigest] = known.get(path) ?? []
      if (knownKey === key && knownDigest !== undefined) return facts(before, knownDigest)
      const started = Date.now()
      const digest = before.size <= small ? hashAtOnce(path, onRead) : await limit(() => hash(path))
      if (keyOf(statOf(path)) !== key) continue
      if (started - Number(before.ctimeMs) > settled) {
        known.set(path, [key, digest])
        learnt = true
      }
      return facts(before, digest)
    }
    throw new ProvisionError('build', `${path}: it keeps changing while it is read`, {
      help: 'stop what writes to it, and run again',
    })
  }

  return {
    async of(paths) {
      const all: Promise<FileFacts>[] = []
      let since = performance.now()
      for (const path of paths) {
        const work = factsOf(path)
        // It is waited for below, maybe later than it fails.
        work.catch(() => undefined)
        all.push(work)
        if (performance.now() - since < stretch) continue
        await immediate()
        since = performance.now()
      }
      return Promise.all(all)
    },
    save() {
      if (!learnt) return
      learnt = false
      const kept = [...known].filter(([path]) => used.has(path) || stampOf(path) !== undefined)
      try {
        writeJson(file, Object.fromEntries(kept))
      } catch (error) {
        // What cannot be kept is found out again.
        if (systemCode(error) === undefined) throw error
      }
    },
  }
}

type Entry = readonly [key: string, digest: Digest]

function readEntries(file: string): Map<string, Entry> {
  const value = readJson(file)
  return new Map(
    Object.entries(isObject(value) ? value : {}).flatMap(([path, entry]) => {
      const [key, digest] = isList(entry) ? entry : []
      const isDigest = typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest)
      return typeof key === 'string' && isDigest ? [[path, [key, digest]]] : []
    }),
  )
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

const keyOf = ({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string =>
  [size, mtimeNs, ctimeNs, ino].map((part) => part.toString(36)).join(' ')

/** Tells the states of a path apart, as far as anybody can see them; undefined when it is gone or out of reach. */
export function stampOf(path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats && keyOf(stats)
  } catch (error) {
    // A file stands where a folder was, a link leads to itself, or we may not look.
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

const facts = ({ size, mode }: BigIntStats, digest: Digest): FileFacts => ({
  digest,
  size: Number(size),
  executable: (mode & 0o100n) !== 0n,
})

function statOf(path: string): BigIntStats {
  const stats = statThere(path)
  if (stats?.isFile()) return stats
  // Node reads each byte that is none as this character, and then finds no file of such a name.
  if (!stats && path.includes('\uFFFD')) {
    throw new ProvisionError('build', `${path}: its name is not UTF-8`, {
      help: 'leave it out of what is read, or give it another name',
    })
  }
  throw new ProvisionError(
    'build',
    `${path}: ${stats ? 'it is not a regular file' : 'it is gone, or a link to nothing'}`,
    {
      help: 'leave it out of what is read, or put a file there',
    },
  )
}

async function hash(path: string): Promise<Digest> {
  try {
    return await digestOfFile(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function hashAtOnce(path: string, onRead: (digest: Digest, content: Buffer) => void): Digest {
  try {
    const content = readFileSync(path)
    const digest = digestOf(content)
    onRead(digest, content)
    return digest
  } catch (error) {
    throw unreadable(path, error)
  }
}

const unreadable = (path: string, error: unknown): ProvisionError =>
  new ProvisionError('build', `${path}: it cannot be read (${systemCode(error) ?? reasonOf(error)})`, {
    help: 'make it readable for this user',
    cause: error,
  })
