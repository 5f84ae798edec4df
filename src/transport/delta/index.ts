import { open, type FileHandle } from 'node:fs/promises'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { isProvisionError } from '../../core/error.ts'
import type { Connection } from '../ssh/connection.ts'
import { bytesToSend, type Piece } from './plan.ts'
import { sumsAsked } from './refine.ts'
import { partsScript, patchScript } from './script.ts'
import { searchPieces, type Search, type Searches } from './search.ts'
import { parseSums, type Signature } from './signature.ts'
import { bulkSize } from '../files/batch.ts'
import { bytesOf } from '../files/bytes.ts'
import { gzipped, unpacked } from '../files/gzip.ts'
import { sendWatched } from '../files/watched.ts'
import type { OpenBulk } from '../files/cut-bulk.ts'
import type { HangPatience } from '../hang.ts'
import { worthMeasuring, type LinkMeter } from '../link/meter.ts'
import { openWithNext } from '../session/openings.ts'
import type { Upload } from '../files/upload.ts'

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
  readonly openBulk: OpenBulk
  readonly searches?: Searches
  /** Of this host. */
  readonly link: LinkMeter
  /** How long the host may take to get on. */
  readonly patience?: HangPatience
}

/** Where more has to be sent, the whole file is cheaper: it needs no work on the host. A share of the file. */
const mostSent = 0.7

/**
 * Has a host make the new version of a file from its former one and from what that lacks. False where the whole file has
 * to be sent instead: nothing is left there then.
 * @throws ProvisionError `host` when the connection is lost, `interrupted` on abort
 */
export async function patch(
  { connection, openBulk, link, patience, searches = new Map() }: DeltaRoutes,
  { source, target, digest }: Upload,
  { path, signature, packed }: PatchPlace,
  signal: AbortSignal,
): Promise<boolean> {
  // Held open, so that nothing that happens to its name comes between searching and sending.
  const file = await open(source).catch(() => undefined)
  if (!file) return false
  const ask: Search['ask'] = async (question) => {
    const script = partsScript(posix.basename(path), target, question)
    openWithNext(connection)
    const { stdout } = await connection.openly(script, { as: 'root', stdin: Buffer.alloc(0), signal })
    return parseSums(unpacked(stdout).body.trim(), sumsAsked(question), question.block)
  }
  const rateFor: Search['rateFor'] = async (toSend) => {
    const { rate } = toSend < worthMeasuring ? link.facts() : await link.measure(connection, signal)
    return rate
  }
  try {
    const { pieces, size } = await searchPieces(signature, { file, digest, searches, ask, rateFor, signal })
    const toSend = bytesToSend(pieces)
    if (toSend > size * mostSent) return false
    const route = toSend >= bulkSize ? (await openBulk()).connection : connection
    const content = newBytes(file, pieces)
    openWithNext(connection)
    const { code } = await sendWatched({ host: connection.name, size, patience }, signal, (either, gauge) => {
      const stdin = Readable.from(gauge.through(packed ? gzipped(content) : content), { objectMode: false })
      // Not openly, which would save nothing where a stream follows: a digest is in no list of processes.
      const script = patchScript({ target, path, digest, pieces, packed })
      return route.script(script, { as: 'root', stdin, signal: either })
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

async function* newBytes(
  file: FileHandle,
  pieces: readonly Piece[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) {
    if (piece.from === 'new') yield* bytesOf(file, piece.at, piece.length)
  }
}
