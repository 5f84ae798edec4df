import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type Dockerode from 'dockerode'
import { inPieces } from '../core/async/pieces.ts'
import { ProvisionError, isProvisionError, reasonOf, systemCode } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import { temporaryName, temporaryOwner } from '../core/temporary.ts'
import { tracked } from '../core/track.ts'
import { clearFolder } from '../transport/clear-folder.ts'
import { dockerError } from '../transport/docker/error.ts'
import { savedImages } from '../transport/images/spool.ts'
import {
  checksumName,
  manifestName,
  pieceSize,
  sha256,
  tarEnd,
  tarEntry,
  type Manifest,
  type Piece,
  type StreamName,
} from './archive-format.ts'
import { engineFacts } from './engine-facts.ts'
import type { StoredBox } from './find.ts'
import { through } from './through.ts'
import { readStore } from './store-tar.ts'

export interface ExportOptions {
  readonly box: StoredBox
  /** Path of the file to write; appears under its name only when it is complete. */
  readonly file: string
  readonly engine: Dockerode
  readonly signal: AbortSignal
  readonly emit: Emit
}

/**
 * Writes a box to one file, which `importBox` reads on another machine. It carries the checksum of every part.
 * @throws ProvisionError `box`
 */
export function exportBox(options: ExportOptions): Promise<Manifest> {
  const { box, file, signal, emit } = options
  const partial = temporaryName(file, process.pid)
  const done: { manifest?: Manifest } = {}
  const task = { id: 'box/export', phase: 'box', title: `export ${box.ref} to ${file}` } as const
  return tracked(emit, task, async () => {
    await refuseOther(file)
    await clearPartial(file)
    const archive = archiveOf(options, done)
    try {
      await pipeline(Readable.from(archive), createWriteStream(partial), { signal })
      await rename(partial, file)
      if (done.manifest) return done.manifest
      throw new Error('the manifest was not written')
    } catch (error) {
      // Only then what it had on the engine is gone.
      await archive.return().catch(() => undefined)
      await rm(partial, { force: true })
      throw exportError(options, error)
    }
  })
}

/** A file can be replaced by one that is complete; a folder or a device cannot. */
async function refuseOther(file: string): Promise<void> {
  const there = await stat(file).catch(() => undefined)
  if (there === undefined || there.isFile()) return
  const help = there.isDirectory() ? `name a file in it: ${file}/NAME` : 'name another file'
  throw new ProvisionError('box', `${file} is ${there.isDirectory() ? 'a folder' : 'no plain file'}`, {
    help,
  })
}

/** Removes what exports to this file have left that were killed. */
async function clearPartial(file: string): Promise<void> {
  const own = `${basename(file)}.`
  await clearFolder(dirname(file), (name) => (name.startsWith(own) ? temporaryOwner(name) : undefined))
}

async function* archiveOf(
  options: ExportOptions,
  done: { manifest?: Manifest },
): AsyncGenerator<Buffer, void> {
  const { box, engine, signal, emit } = options
  const { architecture } = await engineFacts(engine)
  const pieces: Piece[] = []
  // The store is by far the most; how much it shrinks shows only afterwards.
  const total = box.systemSize + box.size
  let read = 0
  const count = (bytes: number): void => {
    read += bytes
    emit({ event: 'task-progress', task: 'box/export', done: Math.min(read, total), total, unit: 'bytes' })
  }
  yield* piecesOf('system', systemTar(options), pieces, count)
  yield* piecesOf('store', readStore({ engine, image: box.image, store: box.store, signal }), pieces, count)
  const { name, digest, user, images, size } = box
  const manifest: Manifest = { format: 1, name, digest, user, images, size, architecture, pieces }
  const text = Buffer.from(JSON.stringify(manifest))
  yield tarEntry(manifestName, text)
  yield tarEntry(checksumName, Buffer.from(`${sha256(text)}  ${manifestName}\n`))
  yield tarEnd
  done.manifest = manifest
}

/** Compresses a stream and cuts it into entries. */
async function* piecesOf(
  name: StreamName,
  content: AsyncIterable<Buffer>,
  pieces: Piece[],
  count: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  // The quickest level: the others save little and take several times as long.
  const source = counted(content, count)
  const packed = through(source, createGzip({ level: 1 }))
  let number = 0
  try {
    for await (const bytes of inPieces(packed, pieceSize)) {
      const piece = {
        name: `${name}/${String(number++).padStart(6, '0')}`,
        size: bytes.length,
        sha256: sha256(bytes),
      }
      pieces.push(piece)
      yield tarEntry(piece.name, bytes)
    }
  } finally {
    // Nobody else waits until a source that is given up has let go of what it uses.
    await source.return().catch(() => undefined)
  }
}

async function* counted(
  content: AsyncIterable<Buffer>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of content) {
    count(chunk.length)
    yield chunk
  }
}

/** By its id, so without a name: loaded elsewhere, it must not pass for a box before its store is there. */
async function* systemTar({ engine, box, signal }: ExportOptions): AsyncGenerator<Buffer> {
  yield* inPieces(await savedImages(engine, [box.image], signal), 1)
}

function exportError({ box, file, signal }: ExportOptions, error: unknown): ProvisionError {
  if (isProvisionError(error) || signal.aborted || systemCode(error) === undefined) {
    return dockerError(`box ${box.ref}`, error, signal, { code: 'box' })
  }
  return new ProvisionError('box', `${file} cannot be written: ${reasonOf(error)}`, {
    help: 'name another file',
    cause: error,
  })
}
