import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { digestOf } from '../../src/core/digest.ts'
import type { Outcome, SshTarget } from '../../src/core/host.ts'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import { createLimit } from '../../src/core/async/limit.ts'
import type { Write } from '../../src/transport/files/batch.ts'
import { performFiles } from '../../src/transport/files/index.ts'
import { createLinkMeter, type LinkMeter } from '../../src/transport/link/meter.ts'
import { randomFrom } from './faults.ts'
import type { Sshd } from './sshd.ts'
import { bulkOver, never, withConnection } from './transport.ts'

export const run = promisify(execFile)

/** One way in which files go to a host. */
export interface FastPath {
  readonly title: string
  /** What is on the host before, and after; by names. */
  readonly before: Readonly<Record<string, Buffer>>
  readonly after: Readonly<Record<string, Buffer>>
  /** What is known of the link, which decides for this way. */
  readonly link: () => LinkMeter
}

/** Bytes that nothing packs. */
export function noise(size: number, seed: number): Buffer {
  const random = randomFrom(seed)
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil(size / 4) }, () => random() * 2 ** 32).buffer,
  ).subarray(0, size)
}

const text = (size: number, seed: number): Buffer =>
  Buffer.from(
    noise(size / 2, seed)
      .toString('hex')
      .replace(/8/g, 'eight\n'),
  )

const quick = (): LinkMeter => {
  const link = createLinkMeter()
  link.saw(16_000_000, 100)
  return link
}
const slow = (): LinkMeter => {
  const link = createLinkMeter()
  link.saw(1_000_000, 1_000)
  link.hasGzip(true)
  return link
}
const unknown = (): LinkMeter => createLinkMeter()

const many = (seed: number) =>
  Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`sub ${i % 3}/file ${i}`, text(20_000, seed + i)]))
const old = noise(4_500_000, 7)
const edited = Buffer.concat([old.subarray(0, 2_000_000), noise(300_000, 8), old.subarray(2_010_000)])
const [mid, midEdited] = [old.subarray(0, 1_500_000), edited.subarray(800_000, 2_400_000)]

/** All of them, each with what shows it. */
export const fastPaths: readonly FastPath[] = [
  { title: 'many files in one stream', before: many(100), after: many(200), link: quick },
  { title: 'many files in one packed stream', before: many(100), after: many(200), link: slow },
  { title: 'a large file whole', before: { big: noise(10, 1) }, after: { big: edited }, link: quick },
  {
    title: 'a large file packed',
    before: { big: noise(10, 1) },
    after: { big: text(4_500_000, 3) },
    link: slow,
  },
  {
    title: 'large files beside many small ones',
    before: { ...many(100), big: noise(10, 1), other: noise(10, 2) },
    after: { ...many(200), big: edited, other: noise(4_100_000, 9) },
    link: quick,
  },
  {
    title: 'packed large files beside many small ones',
    before: { ...many(100), big: noise(10, 1) },
    after: { ...many(200), big: text(4_500_000, 3) },
    link: slow,
  },
  { title: 'the difference of a large file', before: { big: old }, after: { big: edited }, link: unknown },
  { title: 'the difference of a smaller one', before: { big: mid }, after: { big: midEdited }, link: slow },
]

/** A place on a host with the old state, and the way to the new one. */
export interface Attempt {
  readonly folder: string
  readonly actions: readonly Write[]
}

const owner = 12_345

/** Puts the old state there, and the new one beside the host. */
export async function prepare(path: FastPath, folder: string, sources: string): Promise<Attempt> {
  for (const [name, content] of Object.entries(path.before)) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
    await chmod(file, 0o751)
    await chown(file, owner, owner)
  }
  await mkdir(sources, { recursive: true })
  const limit = createLimit(100)
  const make = async ([name, content]: [string, Buffer], i: number): Promise<Write> => {
    const source = join(sources, `${i}`)
    await writeFile(source, content)
    return {
      ...{ do: 'write', path: join(folder, name), content: { from: 'file', path: source } },
      ...{ digest: digestOf(content), size: content.length },
      ...{ mode: i % 2 ? 0o640 : undefined, owner: undefined, group: undefined },
    }
  }
  const actions = Object.entries(path.after).map((one, i) => limit(() => make(one, i)))
  return { folder, actions: await Promise.all(actions) }
}

/** Goes the way once. */
export const attempt = (
  { actions }: Attempt,
  link: LinkMeter,
  target: SshTarget,
  via: (connection: Connection) => Connection = (connection) => connection,
): Promise<readonly Outcome[]> =>
  withConnection(target, (connection) => {
    const way = via(connection)
    return performFiles({ connection: way, openBulk: bulkOver(way), user: target.user, link }, actions, never)
  })

/** The slow way: one after the other, over a link of which nothing is known. */
export const oneByOne = ({ actions }: Attempt, target: SshTarget): Promise<readonly Outcome[]> =>
  withConnection(target, async (connection) => {
    const outcomes: Outcome[] = []
    const routes = { connection, openBulk: bulkOver(connection), user: target.user }
    for (const action of actions) outcomes.push(...(await performFiles(routes, [action], never)))
    return outcomes
  })

/** What is in a folder: all that a difference of two ways could show, but for the time of arrival. */
export async function stateOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true })
  const lines = names.map(async (name) => {
    const path = join(folder, name)
    const { mode, uid, gid, nlink } = await stat(path)
    const isFile = (mode & 0o170000) === 0o100000
    return [
      relative(folder, path),
      mode.toString(8),
      uid,
      gid,
      isFile ? `${nlink} ${digestOf(await readFile(path))}` : '',
    ].join(' ')
  })
  return (await Promise.all(lines)).sort()
}

/** That every file is whole, and which of the two it is. */
export async function wholeFiles(
  path: FastPath,
  folder: string,
): Promise<{ readonly old: number; readonly new: number }> {
  const count = { old: 0, new: 0 }
  for (const [name, content] of Object.entries(path.after)) {
    const there = await readFile(join(folder, name))
    if (there.equals(content)) count.new++
    else if (path.before[name]?.equals(there) === true) count.old++
    else throw new Error(`${name} is neither the old nor the new one: ${there.length} bytes`)
  }
  return count
}

/** Has uploads wait in a folder of the test's own: others on this machine use the common one. */
export const ownUploads = 'mkdir -p "$F/lib" /var/lib/provision && mount --bind "$F/lib" /var/lib/provision'

/** Temporary files of ours in folders of a host, and in its folder for uploads. */
export async function leftovers(sshd: Sshd, ...folders: readonly string[]): Promise<readonly string[]> {
  const inFolders = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true })))
  const uploads = await readdir(join(sshd.folder, 'lib', `upload-${sshd.target.user}`)).catch(() => [])
  return [...inFolders.flat().filter((name) => name.includes('.provision-')), ...uploads]
}

/** A byte of the first stream that a script of a connection gets arrives as another. */
export const spoilt =
  (at: number) =>
  (connection: Connection): Connection => {
    let isFirst = true
    const spoilFirst = (stdin: Readable): Readable => {
      if (!isFirst) return stdin
      isFirst = false
      return stdin.pipe(flipping(at))
    }
    return {
      ...connection,
      script: (script, options) =>
        connection.script(
          script,
          options.stdin instanceof Readable ? { ...options, stdin: spoilFirst(options.stdin) } : options,
        ),
      openly: (script, options) =>
        connection.openly(
          script,
          options.stdin instanceof Readable ? { ...options, stdin: spoilFirst(options.stdin) } : options,
        ),
    }
  }

/** Turns over a bit of the byte that comes at a place. */
export function flipping(at: number): Transform {
  let passed = 0
  return new Transform({
    transform(chunk: Buffer, _, callback) {
      const place = at - passed
      passed += chunk.length
      const bytes = Buffer.from(chunk)
      if (place >= 0 && place < bytes.length) bytes[place] = (bytes[place] ?? 0) ^ 4
      callback(null, bytes)
    },
  })
}

/** A file system of the test's own that is soon full. */
export async function withSmallDisk<T>(folder: string, size: string, use: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder])
  try {
    return await use()
  } finally {
    await run('umount', ['-l', folder])
  }
}

/** The one error of an attempt that went wrong. */
export function oneError(outcomes: readonly Outcome[]): { readonly message: string; readonly said: string } {
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]))
  const messages = new Set(errors.map(({ message }) => message.replace(/^.*?: /, '')))
  expect([...messages], 'the same reason for all').toHaveLength(1)
  return {
    message: errors[0]?.message ?? '',
    said: errors.map(({ message, output = '' }) => `${message}\n${output}`).join('\n'),
  }
}
