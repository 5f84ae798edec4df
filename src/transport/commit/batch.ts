import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { bringAll } from '../files/bulk.ts'
import { noteFailures, type Failures } from './failure.ts'
import { partsOf } from './apart.ts'
import { arrivedOf, layoutOf, type Layout } from './layout.ts'
import { commitPrelude, type CommitSource } from './prelude.ts'
import { readReport } from './report.ts'
import { commitOf, type Commit } from './script.ts'
import { commitStream } from './stream.ts'
import type { Connection } from '../ssh/connection.ts'
import type { Searches } from '../delta/search.ts'
import {
  aloneSize,
  bulkSize,
  deltaFrom,
  isBulk,
  isExpectedBulk,
  isLinkAsked,
  isWrite,
  leastDelta,
  sizeOf,
  type Numbered,
  type Write,
} from '../files/batch.ts'
import type { OpenBulk } from '../files/cut-bulk.ts'
import { gzipped } from '../files/gzip.ts'
import { createLinkMeter, type LinkMeter } from '../link/meter.ts'
import { paysToPack, type LinkFacts } from '../link/facts.ts'
import { shareReads, type SharedReads } from '../files/shared-reads.ts'
import type { Upload, Uploaded } from '../files/upload.ts'
import { sendWatched } from '../files/watched.ts'
import type { HangPatience } from '../hang.ts'

/** The ways to a host that files take. */
export interface FileRoutes {
  readonly connection: Connection
  /** For what would keep the first connection busy. */
  readonly openBulk: OpenBulk
  /** Shared by the hosts of a run. */
  readonly searches?: Searches
  /** Likewise. */
  readonly reads?: SharedReads
  /** Of this host. */
  readonly link?: LinkMeter
  /** Who logs in. */
  readonly user: string
  /** How long the host may take to get on. */
  readonly patience?: HangPatience
}

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
 * Carries out a batch, and what found no room where all of it was to arrive once more by itself: see `partsOf`.
 * @throws ProvisionError `host` when the connection is lost, `interrupted` when the signal is aborted
 */
export async function commitBatch(
  routes: FileRoutes,
  batch: readonly Numbered[],
  failures: Failures,
  signal: AbortSignal,
  turn: Turn,
): Promise<void> {
  const { before } = turn
  // What is sent again has been counted.
  const again: Turn = { onSent: () => undefined, onAllSent: () => undefined, before }
  for (const part of await commitOnce(routes, batch, failures, signal, turn))
    await commitOnce(routes, part, failures, signal, again)
}

/**
 * Carries out a batch: its content goes to the host in one stream, with what puts it in place there, and large files by
 * themselves beside it.
 * @returns what is to be tried again
 */
async function commitOnce(
  { link = createLinkMeter(), reads = shareReads(), ...routes }: FileRoutes,
  batch: readonly Numbered[],
  failures: Failures,
  signal: AbortSignal,
  turn: Turn,
): Promise<readonly (readonly Numbered[])[]> {
  const { connection, openBulk, patience } = routes
  const since = Date.now()
  const random = randomBytes(8).toString('hex')
  const writes = batch.filter(isWrite)
  const measuring = factsFor(writes, link, connection, signal)
  measuring.catch(() => undefined)
  // It takes as long as measuring, and is wanted right after it.
  if (isExpectedBulk(writes.map(({ action }) => action))) openBulk().catch(() => undefined)
  const large = await largeOf(writes, measuring)
  const bringing =
    large.length > 0 ? await bringAll({ ...routes, link }, random, large, signal, turn.onSent) : undefined
  const layout = layoutOf(writes)
  const arrivalOf = (uploaded: readonly Uploaded[]): Arrival => {
    for (const done of uploaded) if ('error' in done) failures.set(done.index, done.error)
    const arrived = arrivedOf(layout, uploaded)
    const others = batch.filter((one) => !isWrite(one))
    return { layout: arrived, commit: commitOf(arrived, others) }
  }
  const arriving = bringing ? bringing.uploaded.then(arrivalOf) : Promise.resolve(arrivalOf([]))
  arriving.catch(() => undefined)
  try {
    await measuring
    const source = bringing ? ({ in: 'stream' } as const) : sourceOf((await arriving).commit)
    const files = layout.files.filter(({ index }) => bringing?.indexes.has(index) !== true)
    const content = { host: connection.name, folders: layout.folders, files, arriving, source, reads }
    const isMuch = sizeOf(files.map(({ write }) => write)) >= bulkSize
    const route = isMuch ? await openBulk() : { connection, admitted: undefined }
    const before = Promise.all([turn.before, route.admitted])
    before.catch(() => undefined)
    const tar = commitStream(
      { ...content, before },
      { ...turn, onUnread: (index, error) => failures.set(index, error) },
    )
    const packs = paysToPack(link.facts())
    const stream = link.timed(packs ? gzipped(tar) : tar)
    const prelude = commitPrelude({
      ...{ random, commit: source, folders: layout.folders },
      uploads: bringing ? [bringing.folder] : [],
      unpack: packs ? 'gzip -dc' : 'cat',
    })
    const size = sizeOf(writes.map(({ action }) => action))
    const ended = await sendWatched({ host: connection.name, size, patience }, signal, (either, gauge) => {
      const stdin = Readable.from(gauge.through(stream.bytes), { objectMode: false })
      return route.connection.openly(prelude, { as: 'root', stdin, signal: either })
    })
    stream.arrived()
    const { layout: arrived, commit } = await arriving
    const report = readReport(ended.stdout, arrived, commit)
    const again = partsOf(batch, arrived, report)
    const rest = batch.filter((one) => !again.some((part) => part.includes(one)))
    await noteFailures({ connection, batch: rest, report, ended, since }, failures)
    return again
  } finally {
    // It goes on by itself where the host has given up early.
    await arriving.catch(() => undefined)
  }
}

/** What has come to the host, and what puts it in place. */
interface Arrival {
  readonly layout: Layout
  readonly commit: Commit
}

/** How long a script may be that travels with what begins it, where its paths show in the host's list of processes. Characters. */
const mostWithPrelude = 3_000

const sourceOf = ({ script }: Commit): CommitSource =>
  script.length <= mostWithPrelude ? { text: script } : { in: 'stream' }

/** Measured only where the answer may change what is done. */
const factsFor = async (
  writes: readonly Numbered<Write>[],
  link: LinkMeter,
  connection: Connection,
  signal: AbortSignal,
): Promise<LinkFacts> =>
  isLinkAsked(writes.map(({ action }) => action)) ? link.measure(connection, signal) : link.facts()

/** Those that come by themselves; the link is waited for only where there are some of which it decides. */
async function largeOf(
  writes: readonly Numbered<Write>[],
  measuring: Promise<LinkFacts>,
): Promise<readonly Upload[]> {
  const depends = writes.some(
    ({ action }) => !action.isNew && isBulk(action, leastDelta) && !isBulk(action, aloneSize),
  )
  const leastFormer = depends ? deltaFrom((await measuring).rate) : aloneSize
  return writes.flatMap(({ index, path, action }) => {
    const { content, digest, size, isNew = false } = action
    return isBulk(action, isNew ? aloneSize : leastFormer) && content.from === 'file'
      ? [{ index, source: content.path, target: path, digest, size, isNew }]
      : []
  })
}
