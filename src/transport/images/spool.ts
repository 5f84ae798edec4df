import type Dockerode from 'dockerode'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { short } from '../../core/digest.ts'
import { isProvisionError, ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import { download } from '../docker/download.ts'
import { dockerReason } from '../docker/error.ts'

/** The entries of a `docker save`, as files of a folder of ours. */
export interface Spool {
  readonly files: ReadonlyMap<string, SpooledFile>
  remove(): Promise<void>
}

export interface SpooledFile {
  readonly path: string
  /** Bytes. */
  readonly size: number
}

const spoolPrefix = 'provision-image-'

/** The process that an entry of the folder for temporary files belongs to; undefined for one that is no spool. */
export function spoolOwner(name: string): number | undefined {
  const [, pid] = /^provision-image-([1-9]\d*)-/.exec(name) ?? []
  return pid === undefined ? undefined : Number(pid)
}

/**
 * Saves images of an engine into a temporary folder; layers that several have are read once. Nothing is left when that fails.
 */
export async function spoolImages(
  engine: Dockerode,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Spool> {
  signal.throwIfAborted()
  try {
    return await spoolTar(() => savedImages(engine, ids, signal), signal)
  } catch (error) {
    if (isProvisionError(error)) throw error
    throw new ProvisionError(
      'engine',
      `image ${ids.map(short).join(', ')} cannot be read here: ${dockerReason(error)}`,
      {
        help: 'run it again, which builds the image anew if it is gone',
        cause: error,
      },
    )
  }
}

/** Unpacks what `docker save` gave into a temporary folder. Nothing is left when that fails. */
export async function spoolTar(open: () => Promise<Readable>, signal: AbortSignal): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), `${spoolPrefix}${process.pid}-`)).catch((cause: unknown) => {
    const what = `no folder can be made in ${tmpdir()} for the layers of an image`
    throw new ProvisionError('engine', `${what}: ${reasonOf(cause)}`, {
      help: 'set TMPDIR to a folder that you may write to',
      cause,
    })
  })
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    return { files: await unpack(await open(), folder, signal), remove }
  } catch (error) {
    await remove()
    if (systemCode(error) !== 'ENOSPC') throw error
    throw new ProvisionError('engine', `no space left in ${tmpdir()} for the layers of an image`, {
      help: 'free some, or set TMPDIR to a folder on a larger disk',
      cause: error,
    })
  }
}

/** As `image.get()`, which cannot be aborted while the engine gathers the layers; images that are called by their ids have no name in it. */
export function savedImages(
  engine: Dockerode,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Readable> {
  const names = new URLSearchParams()
  for (const id of ids) names.append('names', id)
  return download(engine, '/images/get', names, signal)
}

async function unpack(tar: Readable, folder: string, signal: AbortSignal): Promise<Map<string, SpooledFile>> {
  const files = new Map<string, SpooledFile>()
  const links = new Map<string, string>()
  const entries = extract()
  const feeding = pipeline(tar, entries, { signal })
  const taking = async () => {
    for await (const entry of entries) {
      const { name, type, size, linkname } = entry.header
      if (type === 'file') {
        const path = join(folder, String(files.size))
        await pipeline(entry, createWriteStream(path, { highWaterMark: 1 << 20 }), { signal })
        files.set(name, { path, size })
      } else {
        // A layer that comes twice in an image is a link the second time.
        if (linkname) links.set(name, posix.join(posix.dirname(name), linkname))
        entry.resume()
      }
    }
  }
  await Promise.all([feeding, taking()])
  for (const [name, target] of links) {
    const file = files.get(target)
    if (file) files.set(name, file)
  }
  return files
}

/** The content of a small file of a spool. */
export async function readSpooled(spool: Spool, name: string): Promise<Buffer> {
  const file = spool.files.get(name)
  if (file) return readFile(file.path)
  throw new ProvisionError('engine', `docker save gave no ${name}`, {
    help: 'this version of Docker may be unknown to provision',
  })
}
