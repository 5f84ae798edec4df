import { open } from 'node:fs/promises'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { isProvisionError } from '../../core/error.ts'
import { quote } from '../../core/quote.ts'
import type { Connection } from '../ssh/connection.ts'
import { bytesOf } from './bytes.ts'
import { gzipped } from './gzip.ts'
import { sendWatched } from './watched.ts'
import type { HangPatience } from '../hang.ts'
import { plainShell } from '../shell/plain-shell.ts'
import { uploadFailed, type Upload, type Uploaded } from './upload.ts'

/**
 * Brings whole files to a folder of the host as `uploadAll` does, but packed by gzip, one after the other: for a slow link, which
 * one fills.
 * @throws ProvisionError `host` when the connection is lost, `interrupted` on abort
 */
export async function uploadPacked(
  connection: Connection,
  { folder, random }: { readonly folder: string; readonly random: string },
  uploads: readonly Upload[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
  patience?: HangPatience,
): Promise<readonly Uploaded[]> {
  const done: Uploaded[] = []
  for (const upload of uploads) {
    const { index } = upload
    const path = posix.join(folder, `${random}-${index}`)
    try {
      const problem = await send(connection, upload, path, signal, onSent, patience)
      if (problem === undefined) done.push({ index, path })
      else done.push({ index, error: uploadFailed(connection.name, upload, folder, new Error(problem)) })
    } catch (cause) {
      if (isProvisionError(cause)) throw cause
      done.push({ index, error: uploadFailed(connection.name, upload, folder, cause) })
    }
  }
  return done
}

const receive = (path: string): string => `
${plainShell}; umask 077
gzip -dc >${quote(path)} && exit
rm -f -- ${quote(path)}
exit 1`

/** Why it failed, if it did. */
async function send(
  connection: Connection,
  { source, size }: Upload,
  path: string,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
  patience: HangPatience | undefined,
): Promise<string | undefined> {
  const file = await open(source)
  const told = async function* () {
    for await (const chunk of bytesOf(file, 0, Infinity)) {
      yield chunk
      onSent(chunk.length)
    }
  }
  try {
    const sending = { host: connection.name, size, patience }
    const { code, stderr } = await sendWatched(sending, signal, (either, gauge) => {
      const stdin = Readable.from(gauge.through(gzipped(told())), { objectMode: false })
      return connection.script(receive(path), { as: 'root', stdin, signal: either })
    })
    return code === 0 ? undefined : stderr.trim() || `it ended with ${code}`
  } finally {
    await file.close()
  }
}
