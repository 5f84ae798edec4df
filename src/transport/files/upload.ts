import { statSync } from 'node:fs'
import { posix } from 'node:path'
import type { SFTPWrapper } from 'ssh2'
import type { Digest } from '../../core/digest.ts'
import { ProvisionError, reasonOf } from '../../core/error.ts'
import { quote } from '../../core/quote.ts'
import type { Connection } from '../ssh/connection.ts'
import { sizeOf } from './batch.ts'
import { changed, edited } from './local-content.ts'
import { interruption } from '../session/exec-error.ts'
import { connectionOwner, ownerShell } from '../shell/owner-shell.ts'
import { createLimit } from '../../core/async/limit.ts'
import { lossBehind } from '../ssh/loss.ts'
import { lossOf } from '../ssh/error.ts'
import { sendWatched, type Gauge } from './watched.ts'
import type { HangPatience } from '../hang.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** A large file to bring to a host. */
export interface Upload {
  readonly index: number
  /** On this machine. */
  readonly source: string
  /** Where it belongs on the host, and where its former version may be. */
  readonly target: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** See `Action`. */
  readonly isNew: boolean
}

/** What came of it: the path on the host, or why it failed. */
export type Uploaded = { readonly index: number } & (
  { readonly path: string } | { readonly error: ProvisionError }
)

/** Measured: 276 MB/s, against 164 by default. */
const transfer = { concurrency: 8, chunkSize: 261_120 }
const filesAtOnce = 2

/**
 * Brings whole files to a folder of the host, under names of this run. They are still to be checked and put in place.
 * @param opened which it ends
 * @throws ProvisionError `host` when the connection is lost, `interrupted` on abort
 */
export async function uploadAll(
  connection: Connection,
  opened: SFTPWrapper,
  { folder, random }: { readonly folder: string; readonly random: string },
  uploads: readonly Upload[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
  patience?: HangPatience,
): Promise<readonly Uploaded[]> {
  // Loaded when there is bulk to send: most runs have none.
  const { default: SftpClient } = await import('ssh2-sftp-client')
  const sftp = refusingNothing(opened)
  const client = Object.assign(new SftpClient(connection.name, silent), { client: connection.client, sftp })
  const limit = createLimit(filesAtOnce)
  const send = async (upload: Upload, gauge: Gauge): Promise<Uploaded> => {
    const { index, source } = upload
    const path = posix.join(folder, `${random}-${index}`)
    let before = 0
    const step = (total: number): void => {
      onSent(total - before)
      gauge.sent(total - before)
      before = total
    }
    try {
      await client.fastPut(source, path, { ...transfer, step })
      return { index, path }
    } catch (cause) {
      return { index, error: uploadFailed(connection.name, upload, folder, cause) }
    }
  }
  return sendWatched({ host: connection.name, size: sizeOf(uploads), patience }, signal, (either, gauge) => {
    gauge.sent(0)
    const sending = Promise.all(uploads.map((upload) => limit(() => send(upload, gauge))))
    return unlessCut(connection, either, sending)
  }).finally(() => sftp.end())
}

/**
 * ssh2 reads on for ever where a file has become shorter: each time it gets nothing, and writes that. So that to write
 * nothing fails.
 */
function refusingNothing(sftp: SFTPWrapper): SFTPWrapper {
  const write = sftp.write.bind(sftp)
  sftp.write = (handle, buffer, offset, length, position, done) => {
    if (length > 0) write(handle, buffer, offset, length, position, done)
    else done(new Error('it has become shorter'))
  }
  return sftp
}

// By default ssh2-sftp-client prints.
const silent = { error: () => undefined, end: () => undefined, close: () => undefined }

/** ssh2 does not tell a transfer under way that it is over. */
async function unlessCut(
  connection: Connection,
  signal: AbortSignal,
  work: Promise<readonly Uploaded[]>,
): Promise<readonly Uploaded[]> {
  const { name, lost } = connection
  const either = AbortSignal.any([signal, lost])
  const reason = (): ProvisionError => (signal.aborted ? interruption(name, signal) : lossOf(name, lost))
  if (either.aborted) throw reason()
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(reason())
    either.addEventListener('abort', stop, { once: true })
  })
  try {
    const done = await Promise.race([work, aborted])
    // A connection that is lost fails each transfer with a reason of SFTP's own.
    if (done.some((one) => 'error' in one)) await Promise.race([lossBehind(connection), aborted])
    return done
  } finally {
    either.removeEventListener('abort', stop)
  }
}

/** @param folder on the host, made for these uploads: it is gone when somebody reads this */
export function uploadFailed(
  host: string,
  { source, target, size }: Upload,
  folder: string,
  cause: unknown,
): ProvisionError {
  // It was there, and that long, when the plan was made.
  const now = statSync(source, { throwIfNoEntry: false })
  if (now?.size !== size) {
    return edited({ host, name: target }, now ? changed(source) : `${source} is gone`, cause)
  }
  return new ProvisionError('action', `the upload failed: ${reasonOf(cause)}`, {
    about: { host, name: source },
    help: `look whether the disk of ${host} is full: ${ownCommand('ssh', host)} -- df -h ${quote(posix.dirname(folder))}`,
    cause,
  })
}

/**
 * What a host runs to make a folder `$f` for the uploads of one batch, to take away those of runs that were killed, and to
 * tell its path. It is known for left over once the connection has ended; by its age, where no process is found to serve one.
 * A host may run this twice.
 */
export const makeUploadFolder = (user: string, random: string): string => `
umask 022
if [ "$(id -u)" = 0 ]; then
  f=/var/lib/provision/upload-${quote(user)}
  mkdir -p /var/lib/provision && mkdir -p "$f" || exit
else
  f=$HOME/.provision-upload
  mkdir -p "$f" || exit
fi
${ownerShell}
${connectionOwner}
for r in "$f"/*; do
  case \${r##*/} in
    *.*.*) [ -d "$r" ] && left "$r" && rm -rf -- "$r";;
    *) find "$r" -type f -mmin +60 -exec rm -f -- {} + 2>/dev/null;;
  esac
done
chown ${quote(user)} "$f" && chmod 700 "$f" || exit
f=$f/${random}\${o:+-$here.$o}
mkdir -p "$f" && chown ${quote(user)} "$f" && chmod 700 "$f" || exit
printf '%s\\0' "$f"
`

export const uploadFolderProblem = (host: string, stderr: string): ProvisionError =>
  new ProvisionError('action', 'there is no folder to upload to', {
    about: host,
    output: stderr.trim(),
    help: `look whether the disk of ${host} is full or read-only`,
  })
