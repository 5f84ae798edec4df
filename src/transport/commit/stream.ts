import { ProvisionError } from '../../core/error.ts'
import type { Layout, Staged } from './layout.ts'
import { endOf, type CommitSource } from './prelude.ts'
import { stagedMode, type Commit } from './script.ts'
import { readContents } from '../files/local-content.ts'
import type { SharedReads } from '../files/shared-reads.ts'
import { tarStream, type TarEntry } from '../files/tar.ts'

/** What a host gets of a batch in one stream, besides what comes by itself. */
export interface CommitContent {
  /** The host's name. */
  readonly host: string
  readonly folders: Layout['folders']
  readonly files: readonly Staged[]
  /** Known once all that comes by itself is there, or surely does not come. */
  readonly arriving: Promise<{ readonly commit: Commit }>
  readonly source: CommitSource
  readonly reads: SharedReads
  /** The batches before it: the end, for which a host waits, is not sent until these are done. */
  readonly before: Promise<unknown>
}

export interface CommitWatcher {
  /** So many bytes of content are on their way. */
  readonly onSent: (bytes: number) => void
  /** All of it is, and what comes by itself has come. */
  readonly onAllSent: () => void
  /** A file of this index cannot be read here. */
  readonly onUnread: (index: number, error: ProvisionError) => void
}

/** A tar stream that `commitPrelude` reads. */
export const commitStream = (
  content: CommitContent,
  watcher: CommitWatcher,
): AsyncGenerator<Buffer, void, undefined> => tarStream(entriesOf(content, watcher), watcher.onSent)

const own = (name: string, text = ''): TarEntry => ({ name, mode: 0o600, content: Buffer.from(text) })
const folder = (name: string): TarEntry => ({ name: `${name}/`, mode: 0o700, content: Buffer.alloc(0) })

/** Last comes what shows that nothing is missing. */
async function* entriesOf(
  { host, folders, files, arriving, source, reads, before }: CommitContent,
  { onAllSent, onUnread }: CommitWatcher,
): AsyncGenerator<TarEntry, void, undefined> {
  yield folder('odd')
  for (const number of folders.keys()) yield folder(`d${number}`)
  for await (const { staged, content } of readContents(host, files, reads)) {
    if (content instanceof ProvisionError) onUnread(staged.index, content)
    else yield { name: staged.arrives, mode: stagedMode(staged.write.mode), content }
  }
  const { commit } = await arriving
  if ('in' in source) yield own('run', commit.script)
  yield own('sums', commit.sums)
  onAllSent()
  await before
  yield own('end', 'in' in source ? endOf(commit.script) : '')
}
