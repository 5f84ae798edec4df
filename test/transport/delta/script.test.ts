import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { findMatches, indexBlocks } from '../../../src/transport/delta/match.ts'
import { piecesOf, runsOf } from '../../../src/transport/delta/plan.ts'
import { partsScript, patchScript, signScript, type Former } from '../../../src/transport/delta/script.ts'
import { sumsAsked, type Question } from '../../../src/transport/delta/refine.ts'
import { parseSignature, parseSums } from '../../../src/transport/delta/signature.ts'
import { chunksOf, partsOf, signatureOf } from '../../support/delta.ts'
import { runIn, shells, type Shell } from '../../support/shells.ts'

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'delta-scripts-'))))
afterAll(() => rm(root, { recursive: true }))

const block = 2_048
const old = randomBytes(20_000_001)
const fresh = Buffer.concat([
  old.subarray(0, 3_000_000),
  randomBytes(2_500_000),
  old.subarray(3_100_000, 9_000_000),
  old.subarray(10_000_000),
])
const signature = signatureOf(old, block)
const index = indexBlocks(signature)

/** What is said and sent to make a new file out of the old one. */
async function orderFor(content: Uint8Array) {
  const matches = await findMatches(chunksOf(content, 1_000_000), index)
  const pieces = piecesOf(runsOf(matches.blocks, block), matches, block)
  const sent = Buffer.concat(
    pieces.flatMap((piece) =>
      piece.from === 'new' ? [content.subarray(piece.at, piece.at + piece.length)] : [],
    ),
  )
  return { content, digest: digestOf(content), pieces, sent, packed: gzipSync(sent) }
}
type Order = Awaited<ReturnType<typeof orderFor>>

// Shells differ in what they make of it, not in what they are told.
const freshOrder = await orderFor(fresh)
const otherOrder = await orderFor(
  Buffer.concat(
    Array.from({ length: 150 }, (_, i) => {
      const from = ((i * 77) % 150) * 9_000
      return [Buffer.from(`entry ${i}`), old.subarray(from, from + 9_000)]
    }).flat(),
  ),
)

/** Debian's busybox is built without it. */
const hasSplit = ({ tools }: Shell) =>
  tools === undefined || execFileSync('busybox', ['--list']).toString().split('\n').includes('split')

// More than lies beside the file at once, in ranges that are cut there, and of all alignments.
const many = Array.from({ length: 300 }, (_, i) => ({
  first: i * 128 + (i % 3),
  count: 1 + ((i * 7) % 120),
}))
const questions = [
  question('one range', { block: 512, ranges: [{ first: 3, count: 5 }] }),
  question('many ranges', { block: 512, ranges: many }),
  question('ranges beyond a slab', { block: 512, ranges: [{ first: 1, count: 20_000 }, ...many.slice(200)] }),
]

function question(title: string, asked: Question) {
  return [title, asked, partsOf(old, asked)] as const
}

const left = async () => (await readdir('/dev/shm')).filter((name) => name.includes('delta-test'))

/** The only programs that the scripts need, but for some of them. */
async function shellWithout(...missing: readonly string[]): Promise<Shell> {
  const tools = await mkdtemp(join(root, 'tools '))
  const needed = 'sh cat cksum cut dd find gzip mkdir rm sha256sum split stat tail tr'.split(' ')
  for (const name of needed.filter((one) => !missing.includes(one))) {
    const found = execFileSync('sh', ['-c', `command -v ${name}`])
      .toString()
      .trim()
    await symlink(found, join(tools, name))
  }
  return { title: 'few tools', argv: [join(tools, 'sh')], tools }
}

it.each([
  ['split', false],
  ['cksum', false],
  ['cut', false],
  ['sha256sum', false],
  ['gzip', true],
  ['nothing', true],
] as const)('a host without %s: signs %s', async (missing, signs) => {
  const target = join(root, `without ${missing}`)
  await writeFile(target, old)
  const script = signScript('delta-test', [{ index: 3, target, block, size: old.length }])
  const { code, stdout } = await runIn(await shellWithout(missing), script, Buffer.alloc(0))
  const end = stdout.indexOf(0)
  const body = stdout.subarray(end + 1)
  expect(code).toBe(0)
  expect(stdout.toString('utf8', 0, end)).toBe(missing === 'gzip' ? 'cat' : 'gzip -c')
  const [line = ''] = (missing === 'gzip' ? body : gunzipSync(body)).toString().split('\n')
  expect(parseSignature(line, () => block)).toEqual(signs ? { index: 3, signature } : undefined)
  expect(await left()).toEqual([])
})

describe.each(shells)('under $title', (shell) => {
  let count = 0
  const sign = async (formers: readonly Former[]) => {
    const { code, stdout } = await runIn(shell, signScript('delta-test', formers), Buffer.alloc(0))
    const end = stdout.indexOf(0)
    expect(code).toBe(0)
    expect(stdout.toString('utf8', 0, end)).toBe('gzip -c')
    expect(await left()).toEqual([])
    return gunzipSync(stdout.subarray(end + 1))
      .toString()
      .split('\n')
  }

  it('signs files, and none that is not there, not a file, too small or far too large', async () => {
    const folder = await mkdtemp(join(root, 'sign '))
    const names = ["it's $HOME", 'small', 'link', 'none', 'large', 'other']
    await Promise.all(
      names.map(async (name, i) => {
        const path = join(folder, name)
        if (name === 'small') await writeFile(path, 'x')
        else if (name === 'link') await symlink(join(folder, "it's $HOME"), path)
        else if (name !== 'none') await writeFile(path, i === 0 ? old : old.subarray(0, 8 * block))
      }),
    )
    const formers = names.map((name, index) => ({
      index,
      target: join(folder, name),
      block,
      size: name === 'large' ? block : 20_000_000,
    }))
    const lines = await sign(formers)
    const read = lines.flatMap((line) => {
      const parsed = parseSignature(line, () => block)
      return parsed ? [[parsed.index, parsed.signature] as const] : []
    })
    expect(read).toEqual(
      hasSplit(shell)
        ? [
            [0, signature],
            [5, signatureOf(old.subarray(0, 8 * block), block)],
          ]
        : [],
    )
  })

  it.each(questions)('sums up parts of a file: %s', async (_, question, parts) => {
    const target = join(await mkdtemp(join(root, 'parts ')), "it's $HOME")
    await writeFile(target, old)
    const { code, stdout } = await runIn(shell, partsScript('delta-test', target, question), Buffer.alloc(0))
    expect(code).toBe(0)
    expect(await left()).toEqual([])
    const text = gunzipSync(stdout.subarray(stdout.indexOf(0) + 1)).toString()
    const sums = parseSums(text.trim(), sumsAsked(question), question.block)
    expect(sums).toEqual(hasSplit(shell) ? parts : undefined)
  })

  it('says nothing of parts beyond the end', async () => {
    const target = join(await mkdtemp(join(root, 'parts ')), 'short')
    await writeFile(target, old.subarray(0, 10_000))
    const question = { block: 512, ranges: [{ first: 10, count: 40 }] }
    const { stdout } = await runIn(shell, partsScript('delta-test', target, question), Buffer.alloc(0))
    const text = gunzipSync(stdout.subarray(stdout.indexOf(0) + 1)).toString()
    expect(parseSums(text.trim(), sumsAsked(question), question.block)).toBeUndefined()
    expect(await left()).toEqual([])
  })

  const patching = async (packed: boolean, order: Order) => {
    const folder = await mkdtemp(join(root, `patch ${count++} `))
    const [target, path] = [join(folder, "the 'old' one"), join(folder, 'made here')]
    await writeFile(target, old)
    const { digest, pieces } = order
    const script = patchScript({ target, path, digest, pieces, packed })
    const run = async (input: Buffer) => (await runIn(shell, script, input)).code
    return { folder, target, path, sent: packed ? order.packed : order.sent, run }
  }

  it.each([true, false])(
    'makes the new file from the old one and what is sent, packed: %s',
    async (packed) => {
      const { path, folder, sent, run } = await patching(packed, freshOrder)
      expect(await run(sent)).toBe(0)
      expect((await readFile(path)).equals(fresh)).toBe(true)
      expect((await readdir(folder)).sort()).toEqual(['made here', "the 'old' one"])
    },
  )

  it('makes it of many parts in another order', async () => {
    const { path, sent, run } = await patching(true, otherOrder)
    expect(await run(sent)).toBe(0)
    expect((await readFile(path)).equals(otherOrder.content)).toBe(true)
  })

  it.each<readonly [string, (place: { target: string; path: string }) => Promise<void>, number]>([
    ['the old file has changed', ({ target }) => writeFile(target, randomBytes(20_000_001)), Infinity],
    ['the old file has become short', ({ target }) => writeFile(target, 'short'), Infinity],
    ['the old file is gone', ({ target }) => rm(target), Infinity],
    ['not all has arrived', () => Promise.resolve(), 1_000_000],
    ['nothing has arrived', () => Promise.resolve(), 0],
    ['the disk is full', ({ path }) => symlink('/dev/full', path), Infinity],
    ['the disk is full of what is sent', ({ path }) => symlink('/dev/full', `${path}.sent`), Infinity],
  ])('leaves nothing when %s', async (_, spoil, most) => {
    for (const packed of [true, false]) {
      const { target, path, folder, sent, run } = await patching(packed, freshOrder)
      await spoil({ target, path })
      expect(await run(sent.subarray(0, most))).not.toBe(0)
      expect((await readdir(folder)).filter((name) => name !== "the 'old' one")).toEqual([])
    }
  })
})
