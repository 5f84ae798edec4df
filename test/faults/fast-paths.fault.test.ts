import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isProvisionError } from '../../src/core/error.ts'
import { createLinkMeter } from '../../src/transport/link/meter.ts'
import {
  attempt,
  fastPaths,
  leftovers,
  noise,
  oneByOne,
  ownUploads,
  oneError,
  prepare,
  spoilt,
  stateOf,
  wholeFiles,
  withSmallDisk,
  type Attempt,
  type FastPath,
} from '../support/fast-path.ts'
import { effort, randomFrom, tally } from '../support/faults.ts'
import { startLink, type Link } from '../support/link.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'

const { seed, points } = effort()
const random = randomFrom(seed)
const isAll = points(0, 1) === 1

let sshd: Sshd
/** Sees the file systems that are mounted later. */
let plain: Sshd
let link: Link
beforeAll(async () => {
  sshd = await startSshd({}, [], { prepare: ownUploads })
  plain = await startSshd()
  link = await startLink(sshd)
})
afterAll(async () => {
  await link.stop()
  await sshd.stop()
  await plain.stop()
})

let used = 0
async function fresh(path: FastPath, name = `place ${used++}`): Promise<Attempt> {
  const folder = join(sshd.folder, name)
  await mkdir(folder, { recursive: true })
  return prepare(path, folder, join(sshd.folder, `sources ${name}`))
}

const counts = { same: 0, cuts: 0, spoilt: 0, full: 0 }
afterAll(() => {
  tally('fast paths that end as the slow one does', counts.same)
  tally('fast paths cut in the middle', counts.cuts)
  tally('fast paths with a byte spoilt', counts.spoilt)
  tally('fast paths onto a full disk', counts.full)
})

/** The next run brings all of it, and takes away what the one before has left. */
async function completes(path: FastPath, one: Attempt): Promise<void> {
  expect((await attempt(one, path.link(), sshd.target)).every(({ ok }) => ok)).toBe(true)
  expect((await wholeFiles(path, one.folder)).old).toBe(0)
  await expect.poll(() => leftovers(sshd, one.folder), { timeout: 10_000 }).toEqual([])
}

describe.each(fastPaths)('$title', (path) => {
  let undisturbed: Promise<number> | undefined
  /** What goes over the wire for all of it. */
  const measure = async (): Promise<number> => {
    const [one, before] = [await fresh(path), link.bytes()]
    expect((await attempt(one, path.link(), link.target)).every(({ ok }) => ok)).toBe(true)
    return link.bytes() - before
  }

  it('ends as the slow way does, byte for byte', async () => {
    const [fast, slow] = [await fresh(path), await fresh(path)]
    expect((await attempt(fast, path.link(), sshd.target)).every(({ ok }) => ok)).toBe(true)
    expect((await oneByOne(slow, sshd.target)).every(({ ok }) => ok)).toBe(true)
    expect(await stateOf(fast.folder)).toEqual(await stateOf(slow.folder))
    expect((await wholeFiles(path, fast.folder)).old).toBe(0)
    expect(await leftovers(sshd, fast.folder, slow.folder)).toEqual([])
    counts.same++
  })

  it.each(Array.from({ length: points(1, 40) }, () => random()))(
    'cut after %d of its bytes: every file is whole, and the next run ends it',
    async (share) => {
      const one = await fresh(path)
      const whole = await (undisturbed ??= measure())
      link.cutAfter(Math.max(1, Math.floor(share * whole)))
      const outcomes = await attempt(one, path.link(), link.target).catch((error: unknown) => error)
      link.cutAfter(Infinity)
      if (isProvisionError(outcomes))
        expect(outcomes.message).toMatch(/^box: (the connection was lost|127\.0\.0\.1)/)
      else expect(outcomes).toEqual(one.actions.map(() => ({ ok: true })))
      await wholeFiles(path, one.folder)
      await completes(path, one)
      counts.cuts++
    },
  )

  it.each(Array.from({ length: points(1, 15) }, () => Math.floor(random() ** 2 * 300_000)))(
    'a byte spoilt, the one at %i: it is noticed',
    async (at) => {
      const one = await fresh(path)
      const outcomes = await attempt(one, path.link(), sshd.target, spoilt(at))
      const { old } = await wholeFiles(path, one.folder)
      const failed = outcomes.filter(({ ok }) => !ok)
      expect(failed.length).toBe(old)
      if (failed.length > 0) expect(oneError(outcomes).message).toMatch(/^box(:| ›) ./)
      await completes(path, one)
      counts.spoilt++
    },
  )

  it('onto a full disk: the old files stay, and it is said', async () => {
    const size = Object.values(path.before).reduce((sum, { length }) => sum + length, 0)
    const folder = join(sshd.folder, `full ${used++}`)
    await withSmallDisk(folder, `${Math.ceil(size / 1_024) + 700}k`, async () => {
      const one = await prepare(path, folder, join(sshd.folder, `sources ${used++}`))
      const outcomes = await attempt(one, path.link(), plain.target)
      expect(outcomes.some(({ ok }) => !ok)).toBe(true)
      expect(oneError(outcomes).said).toMatch(/No space left|did not arrive whole/)
      expect((await wholeFiles(path, folder)).new).toBe(outcomes.filter(({ ok }) => ok).length)
      expect(await leftovers(sshd, folder)).toEqual([])
    })
    counts.full++
  })
})

it('many files, of which some cannot be written, and twenty thousand', async () => {
  const folder = join(sshd.folder, 'thousands')
  const count = isAll ? 20_000 : 2_000
  const after = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${i % 100}/${i}`, Buffer.from(`${i}\n`.repeat(50))]),
  )
  await mkdir(folder)
  await writeFile(join(folder, '7'), 'a file where a folder is to be')
  const one = await prepare(
    { title: '', before: {}, after, link: createLinkMeter },
    folder,
    join(sshd.folder, 'many'),
  )
  const outcomes = await attempt(one, createLinkMeter(), sshd.target)
  const failed = outcomes.flatMap((outcome, i) => (outcome.ok ? [] : [one.actions[i]?.path ?? '']))
  expect(failed.length).toBe(count / 100)
  expect(failed.every((path) => path.startsWith(`${folder}/7/`))).toBe(true)
  tally('files sent at once', count - failed.length)
})

/** A megabyte of it packs to half. */
const half = Buffer.concat([noise(524_288, 5), Buffer.alloc(524_288, 'line\n')])

it.each(
  [
    ['whole', false, fastPaths[2]?.link],
    ['packed', false, fastPaths[3]?.link],
    ['as a difference', true, fastPaths[4]?.link],
  ].slice(0, isAll ? 3 : 2),
)('a file of hundreds of megabytes is never held in memory, %s', async (_, isThere, link) => {
  const [source, place] = [join(sshd.folder, 'huge'), join(sshd.folder, `huge place ${used++}`)]
  await mkdir(place)
  const hash = createHash('sha256')
  const megabytes = isAll ? 500 : 150
  const parts = function* () {
    for (let i = 0; i < megabytes; i++) {
      half.writeUInt32LE(i, 0)
      hash.update(half)
      yield Buffer.from(half)
    }
  }
  await pipeline(parts, createWriteStream(source))
  if (isThere === true) {
    await copyFile(source, join(place, 'huge'))
    await writeFile(join(place, 'huge'), 'another beginning', { flag: 'r+' })
  }
  const { size } = await stat(source)
  const action = {
    ...rights,
    do: 'write',
    path: join(place, 'huge'),
    digest: hash.digest('hex'),
    size,
  } as const
  const one: Attempt = { folder: place, actions: [{ ...action, content: { from: 'file', path: source } }] }
  const before = process.memoryUsage().rss
  let most = 0
  const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 20)
  try {
    const meter = typeof link === 'function' ? link() : createLinkMeter()
    expect(await attempt(one, meter, sshd.target)).toEqual([{ ok: true }])
  } finally {
    clearInterval(watching)
    await rm(source)
    await rm(place, { recursive: true })
  }
  expect(most / 1e6).toBeLessThan(120)
  tally(`memory that a file of ${megabytes} MB takes, in MB`, Math.round(most / 1e6))
})

const rights = { mode: undefined, owner: undefined, group: undefined }
