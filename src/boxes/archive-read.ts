import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import { isProvisionError, ProvisionError, reasonOf, systemCode } from '../core/error.ts'
import {
  checksumName,
  damaged,
  manifestLimit,
  manifestName,
  parseManifest,
  sha256,
  type Manifest,
  type Piece,
  type StreamName,
} from './archive-format.ts'
import { plainEntries } from './archive-guard.ts'

/** A manifest has some hundred bytes for each. */
const mostPieces = manifestLimit / 100

/**
 * Reads an exported box from end to end and compares all of it with its checksums.
 * @throws ProvisionError `box` with what is wrong
 */
export async function verifyArchive(
  file: string,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<Manifest> {
  const pieces: Piece[] = []
  const texts = new Map<string, string>()
  let read = 0
  const total = await sizeOf(file)
  for await (const { name, content } of entriesOf(file, signal)) {
    read += content.length
    progress(Math.min(read, total), total)
    if (texts.has(name)) throw damaged(file, `it holds ${name} twice`)
    if (name === manifestName || name === checksumName) texts.set(name, content.toString())
    else pieces.push({ name, size: content.length, sha256: sha256(content) })
    if (pieces.length > mostPieces) throw damaged(file, 'it has more parts than a manifest could list')
  }
  const text = texts.get(manifestName)
  if (text === undefined) throw damaged(file, 'it has no manifest; it is no box, or not all of one')
  if (texts.get(checksumName)?.split(' ')[0] !== sha256(Buffer.from(text))) {
    throw damaged(file, 'its manifest does not have the checksum that it should')
  }
  const manifest = parseManifest(text, file)
  const wrong = manifest.pieces.find((piece, i) => !isSame(piece, pieces[i]))
  if (wrong)
    throw damaged(file, `its part ${wrong.name} is missing or does not have the checksum that it should`)
  if (pieces.length > manifest.pieces.length) throw damaged(file, 'it holds more than its manifest says')
  return manifest
}

const isSame = (a: Piece, b: Piece | undefined): boolean =>
  a.name === b?.name && a.size === b.size && a.sha256 === b.sha256

/** The pieces of one stream, in order; verified again, because the file may have changed since. */
export async function* piecesIn(
  file: string,
  manifest: Manifest,
  stream: StreamName,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const expected = manifest.pieces.filter(({ name }) => name.startsWith(`${stream}/`))
  let at = 0
  for await (const { name, content } of entriesOf(file, undefined)) {
    if (!name.startsWith(`${stream}/`)) continue
    if (expected[at++]?.sha256 !== sha256(content))
      throw damaged(file, 'it was changed while it was imported')
    count(content.length)
    yield content
  }
}

/** All entries of a tar, each in memory: none may be larger than a piece. */
async function* entriesOf(
  file: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly name: string; readonly content: Buffer }> {
  const source = createReadStream(file, { highWaterMark: 1 << 20 })
  const entries = extract()
  const guarded = Readable.from(plainEntries(file, source))
  guarded.on('error', (error) => entries.destroy(error))
  try {
    for await (const entry of guarded.pipe(entries)) {
      signal?.throwIfAborted()
      yield { name: entry.header.name, content: await buffer(entry) }
    }
  } catch (error) {
    if (isProvisionError(error) || signal?.aborted === true) throw error
    throw systemCode(error) === undefined ? damaged(file, reasonOf(error)) : unreadable(file, error)
  } finally {
    source.destroy()
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    throw unreadable(file, error)
  }
}

const unreadable = (file: string, error: unknown): ProvisionError =>
  new ProvisionError('box', `${file} cannot be read: ${reasonOf(error)}`, {
    help: 'name a file that provision box export wrote',
    cause: error,
  })
