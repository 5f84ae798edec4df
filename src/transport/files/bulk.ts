import { posix } from 'node:path'
import type { Connection } from '../ssh/connection.ts'
import { blockFor, parseSignature, type Signature } from '../delta/signature.ts'
import { signScript } from '../delta/script.ts'
import { patch, type DeltaRoutes } from '../delta/index.ts'
import { createLimit } from '../../core/async/limit.ts'
import { aloneSize, sizeOf } from './batch.ts'
import { unpacked } from './gzip.ts'
import { isFast, isSlow } from '../link/facts.ts'
import { uploadPacked } from './upload-packed.ts'
import { makeUploadFolder, uploadAll, uploadFolderProblem, type Upload, type Uploaded } from './upload.ts'
import { sendWatched } from './watched.ts'
import { openWithNext } from '../session/openings.ts'
import { timeLimit } from '../time-limit.ts'

/** What a host tells before large files are sent. */
interface Prepared {
  readonly folder: string
  readonly packed: boolean
  /** Of the former versions that it has. */
  readonly signatures: ReadonlyMap<number, Signature>
}

/** Searching keeps this machine busy, and making a file the host. */
const patchesAtOnce = 2

/** Files on their way; it may still reject. */
interface Uploading {
  readonly uploaded: Promise<readonly Uploaded[]>
}

/** Large files on their way. */
interface Brought extends Uploading {
  /** Which come so: of smaller ones those that have come as a difference. */
  readonly indexes: ReadonlySet<number>
}

/** The same, to a folder of the host. */
export interface Bringing extends Brought {
  readonly folder: string
}

/**
 * Brings large files to a folder of their own on the host, each whole or as what differs from its former version. They are
 * still to be checked and put in place, and the folder to be removed. Tells once what is still on its way needs no further
 * session: where sshd gives few, who then takes one to wait for them is in nobody's way.
 * @throws ProvisionError `host` when the connection is lost or SFTP is not to be had, `interrupted` on abort
 */
export async function bringAll(
  { user, ...routes }: DeltaRoutes & { readonly user: string },
  random: string,
  uploads: readonly Upload[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<Bringing> {
  const { connection, link } = routes
  const formers = isFast(link.facts()) ? [] : uploads.filter(({ isNew }) => !isNew)
  const prepared = await prepare(routes, user, random, formers, signal)
  link.hasGzip(prepared.packed)
  const { folder } = prepared
  const giveUp = async (error: unknown): Promise<never> => {
    await discard(connection, folder)
    throw error
  }
  const { indexes, uploaded } = await bring(routes, prepared, random, uploads, signal, onSent).catch(giveUp)
  return { folder, indexes, uploaded: uploaded.catch(giveUp) }
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
): Promise<Brought> {
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
  const { uploaded } = await bringWhole(routes, { folder, packed, random }, whole, signal, onSent)
  return {
    indexes: new Set([...made, ...whole].map(({ index }) => index)),
    uploaded: uploaded.then((sent) => [...made, ...sent]),
  }
}

async function bringWhole(
  { connection, openBulk, link, patience }: DeltaRoutes,
  { packed, ...place }: { readonly folder: string; readonly random: string; readonly packed: boolean },
  whole: readonly Upload[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<Uploading> {
  if (whole.length === 0) return { uploaded: Promise.resolve([]) }
  // Both take several round trips.
  const measuring = packed ? link.measure(connection, signal) : Promise.resolve(link.facts())
  measuring.catch(() => undefined)
  const { connection: second } = await openBulk()
  // Mostly wanted, and on its way while the link is still measured.
  const early = connection.isTight() || isSlow(link.facts()) ? undefined : second.sftp()
  early?.catch(() => undefined)
  if (packed && isSlow(await measuring)) {
    early?.then((sftp) => sftp.end()).catch(() => undefined)
    return { uploaded: Promise.resolve(await uploadPacked(second, place, whole, signal, onSent, patience)) }
  }
  const sftp = await (early ?? second.sftp())
  const uploaded = uploadAll(second, sftp, place, whole, signal, onSent, patience)
  const from = { at: performance.now(), sent: second.traffic.soFar().sent }
  return {
    uploaded: uploaded.then((sent) => {
      // Others may have sent something over it as well.
      link.saw(second.traffic.soFar().sent - from.sent, performance.now() - from.at)
      return sent
    }),
  }
}

/** Makes the folder and asks for the signatures, in one round trip. */
async function prepare(
  { connection, patience }: DeltaRoutes,
  user: string,
  random: string,
  uploads: readonly Upload[],
  signal: AbortSignal,
): Promise<Prepared> {
  const formers = uploads.map(({ index, target, size }) => ({ index, target, size, block: blockFor(size) }))
  const script = `${makeUploadFolder(user, random)}${signScript(random, formers)}`
  const sending = { host: connection.name, size: sizeOf(uploads), patience }
  const { code, stdout, stderr } = await sendWatched(sending, signal, (either, gauge) => {
    gauge.sent(0)
    openWithNext(connection)
    return connection.openly(script, { as: 'root', stdin: Buffer.alloc(0), signal: either })
  })
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
