import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import { fileClockTick } from '../../core/file-clock.ts'
import { reveal } from '../../core/secret/index.ts'
import type { Staged } from '../commit/layout.ts'
import type { Write } from './batch.ts'
import { digestOfFile } from './digest.ts'
import type { SharedReads } from './shared-reads.ts'

/** Up to here a file is read at once: for thousands of small ones several times as fast as by promises. Bytes. */
const small = 65_536

/** Enough to hide the waits for a disk, and little enough to hold in memory for each of many hosts. Bytes. */
const mostAhead = { files: 16, bytes: 2_000_000 }

interface Read {
  readonly staged: Staged
  readonly content: Uint8Array | ProvisionError
}

/** Reads the contents of files in their order, some of them ahead. */
export async function* readContents(
  host: string,
  files: readonly Staged[],
  reads: SharedReads,
): AsyncGenerator<Read, void, undefined> {
  const ahead: Promise<Read>[] = []
  let next = 0
  let bytes = 0
  const readOn = (): void => {
    while (ahead.length < mostAhead.files && bytes < mostAhead.bytes) {
      const staged = files[next++]
      if (!staged) return
      bytes += staged.write.size
      ahead.push(contentOf(host, staged.write, reads).then((content) => ({ staged, content })))
    }
  }
  readOn()
  for (let reading = ahead.shift(); reading; reading = ahead.shift()) {
    const read = await reading
    yield read
    bytes -= read.staged.write.size
    readOn()
  }
}

/**
 * Never rejects. Whether a file that is not small is still what it was when the plan was made, the host finds out, which sums it up
 * anyway.
 */
async function contentOf(
  host: string,
  { content, path, size, digest }: Write,
  reads: SharedReads,
): Promise<Uint8Array | ProvisionError> {
  if (content.from === 'text') return Buffer.from(reveal(content.text))
  try {
    if (size > small) return await readFile(content.path)
    return reads.read(content.path, digest) ?? edited({ host, name: path }, changed(content.path))
  } catch (cause) {
    // It was there when the plan was made. One that may not be read stays so: another run would not bring it.
    const code = systemCode(cause) === 'ENOENT' ? 'edited' : 'action'
    const reason = `${content.path} cannot be read: ${reasonOf(cause)}`
    return new ProvisionError(code, reason, { about: { host, name: path }, cause })
  }
}

/**
 * Why content arrived that is not what was planned, if that can be seen here.
 * @param since before it was read, by the clock of this machine
 */
export async function whyDamaged({ content, digest }: Write, since: number): Promise<string | undefined> {
  if (content.from === 'text') return undefined
  try {
    // Who makes it anew may by now have made the same.
    const isSame = !isWrittenSince(content.path, since) && (await digestOfFile(content.path)) === digest
    return isSame ? undefined : changed(content.path)
  } catch (error) {
    return `${content.path} cannot be read any more: ${reasonOf(error)}`
  }
}

const isWrittenSince = (path: string, since: number): boolean =>
  statSync(path).ctimeMs >= since - fileClockTick

export const changed = (path: string): string =>
  `${path} has changed since the plan was made, so it was left as it was`

/** The failure of a file that is no longer what it was when the plan was made. */
export const edited = (
  about: { readonly host: string; readonly name: string },
  reason: string,
  cause?: unknown,
): ProvisionError => new ProvisionError('edited', reason, { about, help: afterEdit, cause })

/** What to do about it. */
export const afterEdit = 'run the same again, when nothing writes to it any more'
