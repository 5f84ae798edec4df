import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { digestOf } from '../core/digest.ts'
import { ProvisionError } from '../core/error.ts'
import { layoutOf, type Layout } from './commit-layout.ts'
import { commitPrelude } from './commit-prelude.ts'
import { readReport } from './commit-report.ts'
import { commitOf, defaultMode, type Commit } from './commit-script.ts'
import { bringAll } from './bulk.ts'
import type { Connection } from './connection.ts'
import type { Searches } from './delta-search.ts'
import {
  aloneSize,
  bulkSize,
  deltaFrom,
  isBulk,
  isWrite,
  type FileAction,
  type Numbered,
  type Write,
} from './file-batch.ts'
import { gzipped } from './gzip.ts'
import { createLinkMeter, paysToPack, worthPacking, type LinkFacts, type LinkMeter } from './link-speed.ts'
import { readContents, whyDamaged } from './local-content.ts'
import { shareReads, type SharedReads } from './shared-reads.ts'
import { tarStream, type TarEntry } from './tar.ts'

/** The ways to a host that files take. */
export interface FileRoutes {
  readonly connection: Connection
  /** For what would keep the first connection busy. */
  readonly openBulk: () => Promise<Connection>
  /** Shared by the hosts of a run. */
  readonly searches?: Searches
  /** Likewise. */
  readonly reads?: SharedReads
  /** Of this host. */
  readonly link?: LinkMeter
  /** Who logs in. */
  readonly user: string
}

/** Why actions failed, by their index. */
export type Failures = Map<number, ProvisionError>

/** A batch among others. */
export interface Turn {
  /** So many bytes of its content are on their way. */
  readonly onSent: (bytes: number) => void
  /** All of them are. */
  readonly onAllSent: () => void
  /** The batches before it: nothing is put in place until these are done, and nothing at all where they have failed. */
  readonly before: Promise<unknown>
}

/**
 * Carries out a batch: its content goes to the host in one stream, with what puts it in place there.
 * @throws ProvisionError `host` when the connection is lost, `interrupted` when the signal is aborted
 */
export async function commitBatch(
  routes: FileRoutes,
  batch: readonly Numbered[],
  failures: Failures,
  signal: AbortSignal,
  turn: Turn,
): Promise<void> {
  const { connection, openBulk } = routes
  const random = randomBytes(8).toString('hex')
  const writes = batch.filter(isWrite)
  const link = routes.link ?? createLinkMeter()
  const from = deltaFrom((await factsFor(writes, link, connection, signal)).rate)
  const uploads = new Map<number, string>()
  const uploadFolders: string[] = []
  const bulk = writes.flatMap(({ index, path, action }) => {
    const { content, digest, size } = action
    return isBulk(action, from) && content.from === 'file'
      ? [{ index, source: content.path, target: path, digest, size }]
      : []
  })
  if (bulk.length > 0) {
    const { folder, uploaded } = await bringAll({ ...routes, link }, random, bulk, signal, turn.onSent)
    uploadFolders.push(folder)
    for (const done of uploaded) {
      if ('path' in done) uploads.set(done.index, done.path)
      else failures.set(done.index, done.error)
    }
  }
  const layout = layoutOf(
    writes.filter(({ index }) => !failures.has(index)),
    uploads,
  )
  const commit = commitOf(
    layout,
    batch.filter((one) => !isWrite(one)),
  )
  const tar = tarStream(entriesOf(routes, layout, commit, failures, turn), turn.onSent)
  const packs = paysToPack(link.facts())
  const stream = link.timed(packs ? gzipped(tar) : tar)
  const { code, stdout, stderr } = await (
    await routeFor(layout, connection, openBulk)
  ).openly(
    commitPrelude({
      random,
      commit: isShort(commit) ? { text: commit.script } : { digest: digestOf(commit.script) },
      folders: layout.folders,
      uploads: uploadFolders,
      unpack: packs ? 'gzip -dc' : 'cat',
    }),
    {
      as: 'root',
      stdin: Readable.from(stream.bytes, { objectMode: false }),
      signal,
    },
  )
  stream.arrived()
  const report = readReport(stdout, layout, commit)
  for (const { index, path, action } of batch) {
    if (failures.has(index)) continue
    const reason = report.failed.get(index) ?? report.broken
    if (reason === undefined) {
      if (!report.complete) failures.set(index, unfinished(connection.name, code, stderr))
      continue
    }
    const local = report.damaged.has(index) && isWriteAction(action) ? await whyDamaged(action) : undefined
    failures.set(
      index,
      local === undefined
        ? failure(connection.name, path, reason)
        : localFailure(connection.name, path, local),
    )
  }
}

/** How long a script may be that travels with what begins it, where its paths show in the host's list of processes. Characters. */
const mostWithPrelude = 3_000

const isShort = ({ script }: Commit): boolean => script.length <= mostWithPrelude

const isWriteAction = (action: FileAction): action is Write => action.do === 'write'

/** Measured only where the answer may change what is done. */
async function factsFor(
  writes: readonly Numbered<Write>[],
  link: LinkMeter,
  connection: Connection,
  signal: AbortSignal,
): Promise<LinkFacts> {
  const streamed = writes.filter(({ action }) => !isBulk(action, aloneSize))
  const size = streamed.reduce((sum, { action }) => sum + action.size, 0)
  return size < worthPacking ? link.facts() : link.measure(connection, signal)
}

/** Much in small files is bulk, too. */
function routeFor(
  { files }: Layout,
  connection: Connection,
  openBulk: () => Promise<Connection>,
): Promise<Connection> | Connection {
  const streamed = files.reduce(
    (sum, { write, uploaded }) => sum + (uploaded === undefined ? write.size : 0),
    0,
  )
  return streamed >= bulkSize ? openBulk() : connection
}

/** What the stream holds: the script first, and last what shows that nothing is missing, which a host waits for. */
async function* entriesOf(
  { connection, reads = shareReads() }: FileRoutes,
  { folders, files }: Layout,
  commit: Commit,
  failures: Failures,
  { onAllSent, before }: Turn,
): AsyncGenerator<TarEntry, void, undefined> {
  const own = (name: string, text = ''): TarEntry => ({ name, mode: 0o600, content: Buffer.from(text) })
  const folder = (name: string): TarEntry => ({ name: `${name}/`, mode: 0o700, content: Buffer.alloc(0) })
  if (!isShort(commit)) yield own('run', commit.script)
  yield own('sums', commit.sums)
  yield folder('odd')
  for (const number of folders.keys()) yield folder(`d${number}`)
  const streamed = files.filter(({ uploaded }) => uploaded === undefined)
  for await (const { staged, content } of readContents(connection.name, streamed, reads)) {
    if (content instanceof ProvisionError) failures.set(staged.index, content)
    else yield { name: staged.arrives, mode: (staged.write.mode ?? defaultMode) & 0o777, content }
  }
  onAllSent()
  await before
  yield own('end')
}

/** The host did not get as far as to say what is wrong. */
const unfinished = (host: string, code: number, stderr: string): ProvisionError =>
  new ProvisionError(
    'host',
    `${host}: what puts files in place there ended with ${code} before it was done`,
    {
      output: stderr.trim() === '' ? undefined : stderr.trim(),
      help: `look at it by hand: provision ssh ${host} -- sh`,
    },
  )

const localFailure = (host: string, path: string, reason: string): ProvisionError =>
  new ProvisionError('edited', `${host} › ${path}: ${reason}`, {
    help: 'run the same again, when nothing writes to it any more',
  })

function failure(host: string, path: string, reason: string): ProvisionError {
  const text = reason.trim() === '' ? 'its content did not arrive whole' : reason.trim()
  const first = text.split('\n')[0] ?? text
  // Without the name of the program that says it.
  const short = first.replace(/^[a-z0-9]+: /, '')
  return new ProvisionError('action', `${host} › ${path}: ${short}`, {
    output: text.includes('\n') ? text : undefined,
    help: `look at it by hand: provision ssh ${host}`,
  })
}
