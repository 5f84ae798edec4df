import { posix } from 'node:path'
import type { Connection } from './connection.ts'
import { blockFor, parseSignature, type Signature } from './delta-signature.ts'
import { signScript } from './delta-script.ts'
import { patch, type DeltaRoutes } from './delta.ts'
import { createLimit } from './docker-limit.ts'
import { aloneSize } from './file-batch.ts'
import { unpacked } from './gzip.ts'
import { isFast, isSlow } from './link-speed.ts'
import { uploadPacked } from './upload-packed.ts'
import { makeUploadFolder, uploadAll, uploadFolderProblem, type Upload, type Uploaded } from './upload.ts'
import { timeLimit } from './time-limit.ts'

/** What a host tells before large files are sent. */
interface Prepared {
  readonly folder: string
  readonly packed: boolean
  /** Of the former versions that it has. */
  readonly signatures: ReadonlyMap<number, Signature>
}

/** Searching keeps this machine busy, and making a file the host. */
const patchesAtOnce = 2

/**
 * Brings large files to a folder of their own on the host, each whole or as what differs from its former version. They are
 * still to be checked and put in place, and the folder to be removed.
 * @throws ProvisionError `host` when the connection is lost or SFTP is not to be had, `interrupted` on abort
 */
export async function bringAll(
  { user, ...routes }: DeltaRoutes & { readonly user: string },
  random: string,
  uploads: readonly Upload[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<{ readonly folder: string; readonly uploaded: readonly Uploaded[] }> {
  const { connection, link } = routes
  const formers = isFast(link.facts()) ? [] : uploads
  const prepared = await prepare(connection, user, random, formers, signal)
  link.hasGzip(prepared.packed)
  try {
    return {
      folder: prepared.folder,
      uploaded: await bring(routes, prepared, random, uploads, signal, onSent),
    }
  } catch (error) {
    await discard(connection, prepared.folder)
    throw error
  }
}

/** As long as a stop has time for it. Milliseconds. */
const discardLimit = 1_000

/** Where it does not succeed, the next run does it. */
async function discard(connection: Connection, folder: string): Promise<void> {
  if (connection.lost.aborted) return
  const signal = timeLimit(discardLimit)
  await connection.exec(['rm', '-rf', '--', folder], { as: 'root', signal }).catch(() => undefined)
}

async function bring(
  routes: DeltaRoutes,
  { folder, packed, signatures }: Prepared,
  random: string,
  uploads: readonly Upload[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<readonly Uploaded[]> {
  const { connection, openBulk, link } = routes
  const limit = createLimit(patchesAtOnce)
  const tried = await Promise.all(
    uploads.map((upload) =>
      limit(async () => {
        const { index, size } = upload
        const signature = signatures.get(index)
        const path = posix.join(folder, `${random}-${index}.made`)
        const made =
          signature !== undefined && (await patch(routes, upload, { path, signature, packed }, signal))
        if (made) onSent(size)
        return { upload, path: made ? path : undefined }
      }),
    ),
  )
  const made = tried.flatMap(({ upload: { index }, path }) => (path === undefined ? [] : [{ index, path }]))
  // Smaller ones go with all others, in one stream.
  const whole = tried.flatMap(({ upload, path }) =>
    path === undefined && upload.size >= aloneSize ? [upload] : [],
  )
  if (whole.length === 0) return made
  const second = await openBulk()
  const isPacked = packed && isSlow(await link.measure(connection, signal))
  const send = isPacked ? uploadPacked : uploadAll
  const total = whole.reduce((sum, { size }) => sum + size, 0)
  const from = performance.now()
  const sent = await send(second, { folder, random }, whole, signal, onSent)
  if (!isPacked) link.saw(total, performance.now() - from)
  return [...made, ...sent]
}

/** Makes the folder and asks for the signatures, in one round trip. */
async function prepare(
  connection: Connection,
  user: string,
  random: string,
  uploads: readonly Upload[],
  signal: AbortSignal,
): Promise<Prepared> {
  const formers = uploads.map(({ index, target, size }) => ({ index, target, size, block: blockFor(size) }))
  const script = `${makeUploadFolder(user, random)}${signScript(random, formers)}`
  const { code, stdout, stderr } = await connection.script(script, { as: 'root', signal })
  const folderEnd = stdout.indexOf(0)
  if (code !== 0 || folderEnd < 0) throw uploadFolderProblem(connection.name, stderr)
  const { packed, body } = unpacked(stdout.subarray(folderEnd + 1))
  const blocks = new Map(formers.map(({ index, block }) => [index, block]))
  const signatures = new Map<number, Signature>()
  for (const line of body.split('\n')) {
    const parsed = parseSignature(line, (index) => blocks.get(index))
    if (parsed) signatures.set(parsed.index, parsed.signature)
  }
  return { folder: stdout.toString('utf8', 0, folderEnd), packed, signatures }
}
