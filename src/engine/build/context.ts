import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Pack } from 'tar-stream'
import type { ImageBuild } from '../../core/build/index.ts'
import type { Digest } from '../../core/digest.ts'
import { isProvisionError, ProvisionError, systemCode } from '../../core/error.ts'
import { localPath, wayTo } from '../../core/build/local.ts'
import { afterEdit } from '../../transport/files/local-content.ts'
import type { DigestCache } from './digest-cache.ts'
import { parseDockerignore, type Ignore } from './dockerignore.ts'
import { statThere } from './stat-there.ts'

/** One thing in a build context. */
type Entry =
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'link'; readonly path: string; readonly to: string }
  | FileEntry

interface FileEntry {
  readonly type: 'file'
  /** Relative to the context, with `/`. */
  readonly path: string
  readonly source: string
  readonly digest: Digest
  readonly size: number
  readonly executable: boolean
}

/** What the engine is sent to build an image from, read but not yet packed. */
export interface Context {
  readonly entries: readonly Entry[]
  /** The path of the Dockerfile in it. */
  readonly dockerfile: string
}

/** Where the Dockerfile of an image is, on this machine. */
export const dockerfilePath = (build: ImageBuild, playbookDir: string): string =>
  resolve(localPath(build.context, playbookDir), build.dockerfile)

/** The text of a Dockerfile. @throws ProvisionError `playbook` when there is none */
export function readDockerfile(what: string, build: ImageBuild, playbookDir: string): string {
  const path = dockerfilePath(build, playbookDir)
  const text = readText(path)
  if (text !== undefined) return text
  throw new ProvisionError('playbook', `${what}: there is no Dockerfile at ${path}`, {
    help: 'correct `build` in the playbook, or write the Dockerfile',
  })
}

/**
 * Reads a build context as `.dockerignore` leaves it. Of modes only the executable bit counts, as in git: all else of
 * them depends on the umask of whoever checked the files out. Times are sent, but do not count: saving a file as it was
 * builds nothing.
 */
export async function readContext(
  build: ImageBuild,
  playbookDir: string,
  digests: DigestCache,
): Promise<Context> {
  const root = localPath(build.context, playbookDir)
  const path = dockerfilePath(build, playbookDir)
  const inside = wayTo(root, path)
  const isOutside = inside.startsWith('../')
  const ignored = readIgnoreFile(root)
  // The engine reads these two itself, whatever they say of themselves.
  const always = new Set(['.dockerignore', inside])
  const found = entriesBelow(root, (name) => !always.has(name) && ignored(name), ignored.hasExceptions)
  const dockerfile = isOutside ? '.provision.Dockerfile' : inside
  if (isOutside) found.push({ type: 'file', path: dockerfile, source: path })
  const files = found.filter((entry) => entry.type === 'file')
  const facts = await digests.of(files.map(({ source }) => source))
  const known = new Map(files.map((entry, i) => [entry, facts[i]]))
  const entries = found.flatMap((entry): Entry[] => {
    if (entry.type !== 'file') return [entry]
    const fact = known.get(entry)
    return fact ? [{ ...entry, ...fact }] : []
  })
  return { entries: entries.sort((a, b) => (a.path < b.path ? -1 : 1)), dockerfile }
}

/** What stays out of the context in a folder. @throws ProvisionError `playbook` for a `.dockerignore` that is none */
function readIgnoreFile(root: string): Ignore {
  const file = join(root, '.dockerignore')
  return parseDockerignore(readText(file) ?? '', file)
}

/** The same where one that cannot be read keeps nothing out: what is wrong with it is told when its context is read. */
export function readIgnoreFileIfFine(root: string): Ignore {
  try {
    return readIgnoreFile(root)
  } catch (error) {
    if (!isProvisionError(error) && systemCode(error) === undefined) throw error
    return parseDockerignore('')
  }
}

type Found = Exclude<Entry, FileEntry> | Pick<FileEntry, 'type' | 'path' | 'source'>

function entriesBelow(root: string, ignored: (path: string) => boolean, hasExceptions: boolean): Found[] {
  const found: Found[] = []
  const walk = (prefix: string): void => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      const path = posix.join(prefix, entry.name)
      const source = join(root, path)
      const out = ignored(path)
      if (entry.isDirectory()) {
        if (!out) found.push({ type: 'directory', path })
        if (!out || hasExceptions) walk(path)
      } else if (out) continue
      else if (entry.isSymbolicLink()) found.push({ type: 'link', path, to: readlinkSync(source) })
      else if (entry.isFile()) found.push({ type: 'file', path, source })
    }
  }
  walk('')
  return found
}

/**
 * The context as a tar stream, which holds what its digests are of, or fails with `edited`.
 * @param what is built from it
 */
export async function packContext(what: string, { entries }: Context): Promise<Readable> {
  // Loaded when something has to be built: a run that finds nothing to do shall not pay for it.
  const { pack } = await import('tar-stream')
  const tar = pack()
  const fill = async (): Promise<void> => {
    for (const entry of entries) await add(what, tar, entry)
    tar.finalize()
  }
  fill().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))))
  return Readable.from(tar)
}

async function add(what: string, tar: Pack, entry: Entry): Promise<void> {
  const common = { name: entry.path, mtime: new Date(entry.type === 'file' ? writtenAt(entry.source) : 0) }
  if (entry.type === 'directory') tar.entry({ ...common, type: 'directory', mode: 0o755 })
  else if (entry.type === 'link') tar.entry({ ...common, type: 'symlink', linkname: entry.to })
  else {
    const mode = entry.executable ? 0o755 : 0o644
    const target = tar.entry({ ...common, type: 'file', size: entry.size, mode })
    await pipeline(() => contentOf(what, entry), target)
  }
}

/** The latest time that the header of a tar can be given. Milliseconds since 1970. */
const lastTime = 0x7fffffff * 1000

/**
 * When a file was written, within what a tar can tell. Milliseconds since 1970. The engine's cache does not look at it, but
 * what runs in containers does: a web server's `ETag` and `Last-Modified`, `cp -u` into a volume, `make`.
 */
const writtenAt = (source: string): number =>
  Math.min(Math.max(Number(statThere(source)?.mtimeMs ?? 0), 0), lastTime)

/** The bytes of a file, as long as they may be those that it was summed up with; fails before it ends if they are not. */
async function* contentOf(
  what: string,
  { source, size, digest }: FileEntry,
): AsyncGenerator<string | Buffer, void, undefined> {
  const stream: NodeJS.ReadableStream = createReadStream(source)
  const sum = createHash('sha256')
  let rest = size
  try {
    for await (const chunk of stream) {
      rest -= chunk.length
      if (rest < 0) break
      sum.update(chunk)
      yield chunk
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
    rest = -1
  }
  if (rest === 0 && sum.digest('hex') === digest) return
  throw new ProvisionError(
    'edited',
    `${what}: ${source} has changed since it was summed up, so nothing was built from it`,
    { help: afterEdit },
  )
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
