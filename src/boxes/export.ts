import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type Dockerode from 'dockerode'
import { inPieces } from '../core/async/pieces.ts'
import { ProvisionError, isProvisionError, reasonOf, systemCode } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import { tracked } from '../core/track.ts'
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
  const partial = `${file}.${process.pid}.partial`
  const done: { manifest?: Manifest } = {}
  const task = { id: 'box/export', phase: 'box', title: `export ${box.ref} to ${file}` } as const
  return tracked(emit, task, async () => {
    try {
      await pipeline(Readable.from(archiveOf(options, done)), createWriteStream(partial), { signal })
      await rename(partial, file)
      if (done.manifest) return done.manifest
      throw new Error('the manifest was not written')
    } catch (error) {
      await rm(partial, { force: true })
      throw exportError(options, error)
    }
  })
}

async function* archiveOf(options: ExportOptions, done: { manifest?: Manifest }): AsyncGenerator<Buffer> {
  const { box, engine, emit } = options
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
  yield* piecesOf('store', readStore({ engine, image: box.image, store: box.store }), pieces, count)
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
  const packed = through(counted(content, count), createGzip({ level: 1 }))
  let number = 0
  for await (const bytes of inPieces(packed, pieceSize)) {
    const piece = {
      name: `${name}/${String(number++).padStart(6, '0')}`,
      size: bytes.length,
      sha256: sha256(bytes),
    }
    pieces.push(piece)
    yield tarEntry(piece.name, bytes)
  }
}

async function* counted(
  content: AsyncIterable<Buffer>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer> {
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
