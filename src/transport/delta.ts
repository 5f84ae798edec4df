import { open, type FileHandle } from 'node:fs/promises'
import { Readable, pipeline } from 'node:stream'
import { createGzip } from 'node:zlib'
import { isProvisionError } from '../core/error.ts'
import type { Connection } from './connection.ts'
import { findMatches } from './delta-match.ts'
import { bytesToSend, piecesOf, type Piece } from './delta-plan.ts'
import { patchScript } from './delta-script.ts'
import type { Signature } from './delta-signature.ts'
import { bulkSize } from './file-batch.ts'
import type { Upload } from './upload.ts'

/** Where the new version of a file is made, and from what. */
export interface PatchPlace {
  readonly path: string
  readonly signature: Signature
  /** Whether the host has gzip. */
  readonly packed: boolean
}

/** The ways to a host; the second for what would keep the first busy. */
export interface DeltaRoutes {
  readonly connection: Connection
  readonly openBulk: () => Promise<Connection>
}

/** Where more has to be sent, the whole file is cheaper: it needs no work on the host. A share of the file. */
const mostSent = 0.7

/** Between two chunks other hosts get their turn: one takes some 5 ms to search. */
const chunkSize = 1_048_576

/**
 * Has a host make the new version of a file from its former one and from what that lacks. False where the whole file has
 * to be sent instead: nothing is left there then.
 * @throws ProvisionError `host` when the connection is lost, `interrupted` on abort
 */
export async function patch(
  { connection, openBulk }: DeltaRoutes,
  { source, target, digest }: Upload,
  { path, signature, packed }: PatchPlace,
  signal: AbortSignal,
): Promise<boolean> {
  // Held open, so that nothing that happens to its name comes between searching and sending.
  const file = await open(source).catch(() => undefined)
  if (!file) return false
  try {
    const matches = await findMatches(unlessAborted(bytesOf(file, 0, Infinity), signal), signature)
    const pieces = piecesOf(matches, signature)
    const toSend = bytesToSend(pieces)
    if (toSend > matches.size * mostSent) return false
    const route = toSend >= bulkSize ? await openBulk() : connection
    const { code } = await route.script(patchScript({ target, path, digest, signature, pieces, packed }), {
      as: 'root',
      stdin: streamOf(file, pieces, packed),
      signal,
    })
    return code === 0
  } catch (error) {
    if (isProvisionError(error)) throw error
    // What cannot be read here, or an abort, is told by the transfer of the whole file.
    return false
  } finally {
    await file.close()
  }
}

/** A search through gigabytes takes seconds. */
async function* unlessAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  for await (const item of items) {
    signal.throwIfAborted()
    yield item
  }
}

function streamOf(file: FileHandle, pieces: readonly Piece[], packed: boolean): Readable {
  const plain = Readable.from(newBytes(file, pieces), { objectMode: false })
  // Its failure destroys what is read, and so arrives where that is sent.
  return packed ? pipeline(plain, createGzip(), () => undefined) : plain
}

async function* newBytes(
  file: FileHandle,
  pieces: readonly Piece[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) {
    if (piece.from === 'new') yield* bytesOf(file, piece.at, piece.length)
  }
}

async function* bytesOf(
  file: FileHandle,
  from: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = from
  const end = from + length
  while (at < end) {
    const size = Math.min(chunkSize, end - at)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
