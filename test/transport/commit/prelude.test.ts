import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { arrivedOf, layoutOf } from '../../../src/transport/commit/layout.ts'
import { commitPrelude } from '../../../src/transport/commit/prelude.ts'
import { readReport } from '../../../src/transport/commit/report.ts'
import { commitOf } from '../../../src/transport/commit/script.ts'
import { tarStream, type TarEntry } from '../../../src/transport/files/tar.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { never } from '../../support/transport.ts'

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'provision-prelude-'))))
afterAll(() => rm(root, { recursive: true }))

const own = (name: string, text: string): TarEntry => ({ name, mode: 0o600, content: Buffer.from(text) })
const sumOf = (name: string, text: string) => `${digestOf(text)}  d0/${name}\n`

describe.each(shells)('under $title', (shell) => {
  const connection = shellConnection(shell)
  let count = 0

  // A disk that is full takes names, but no content: what arrives may be empty, or end somewhere.
  it.each<[string, string]>([
    ['nothing of the checksums has arrived', ''],
    ['only those of some files have', sumOf('a', 'new a')],
    ['the last one is cut off', sumOf('a', 'new a') + sumOf('b', 'new b').slice(0, 40)],
    ['there are more than files', ['a', 'b', 'a'].map((name) => sumOf(name, `new ${name}`)).join('')],
  ])('nothing is put in place where %s', async (_, sums) => {
    const at = join(root, `${shell.title} ${count++}`)
    await mkdir(at)
    for (const name of ['a', 'b']) await writeFile(join(at, name), `old ${name}`)
    async function* entries() {
      await Promise.resolve()
      yield own('sums', sums)
      yield { name: 'd0/', mode: 0o700, content: Buffer.alloc(0) }
      yield own('d0/a', 'new a')
      yield own('d0/b', 'new b')
      yield own('end', '')
    }
    const script = commitPrelude({
      ...{ random: '0123456789abcdef', folders: [at], uploads: [], unpack: 'cat' as const },
      commit: { text: `commit() {\nverify 2 || return 1\nplace d0 '${at}'\n}` },
    })
    const stdin = await buffer(Readable.from(tarStream(entries()), { objectMode: false }))
    const { stdout } = await connection.script(script, { as: 'user', stdin, signal: never })
    expect(stdout.toString()).toMatch(/^broken\0/)
    expect(stdout.toString()).not.toMatch(/done\0/)
    expect((await readdir(at)).sort()).toEqual(['a', 'b'])
    expect(await readFile(join(at, 'a'), 'utf8')).toBe('old a')
    expect(await readFile(join(at, 'b'), 'utf8')).toBe('old b')
  })

  /** A disk that is full when half of the first file has been copied there. */
  const half = `#!/bin/sh
[ ! -e "$0.done" ] || exec /bin/mv "$@"
printf ne >"$4"
echo full >&2
: >"$0.done"
exit 1
`
  it.each<readonly [string, string, number, readonly [found: string, said: string], mv: string]>([
    ['is put in place where it is what was meant', 'new', 3, ['new', ''], ''],
    ['is not where it is something else', 'old', 3, ['there', 'damaged'], ''],
    ['is where it is large', 'new', 100_000_000, ['new', ''], ''],
    ['is not where it is large and something else', 'old', 100_000_000, ['there', 'damaged'], ''],
    ['is not where only half of it finds room beside its place', 'new', 3, ['there', 'full'], half],
  ])('what has come by itself %s', async (_, meant, size, [found, said], mv) => {
    const at = join(root, `${shell.title} ${count++}`)
    await mkdir(at)
    const [path, uploaded] = [join(at, "it's"), join(at, 'come')]
    await writeFile(path, 'there')
    await writeFile(uploaded, 'new')
    const content = { from: 'text' as const, text: 'new' }
    const rights = { mode: undefined, owner: undefined, group: undefined }
    const write = { do: 'write' as const, path, content, digest: digestOf(meant), size, ...rights }
    const layout = arrivedOf(layoutOf([{ index: 7, path, action: write }]), [{ index: 7, path: uploaded }])
    const commit = commitOf(layout, [])
    async function* entries() {
      await Promise.resolve()
      yield { name: 'd0/', mode: 0o700, content: Buffer.alloc(0) }
      yield own('sums', commit.sums)
      yield own('end', '')
    }
    const options = { random: '0123456789abcdef', folders: [at], uploads: [], unpack: 'cat' as const }
    const script = commitPrelude({ ...options, commit: { text: commit.script } })
    const stdin = await buffer(Readable.from(tarStream(entries()), { objectMode: false }))
    const programs = join(root, `${shell.title} programs ${count}`)
    await mkdir(programs)
    if (mv !== '') await writeFile(join(programs, 'mv'), mv, { mode: 0o755 })
    const { stdout } = await connection.script(`PATH='${programs}':$PATH\n${script}`, {
      as: 'user',
      stdin,
      signal: never,
    })
    const { complete, damaged, failed } = readReport(stdout, layout, commit)
    expect([complete, damaged.has(7) ? 'damaged' : (failed.get(7) ?? '').trim()]).toEqual([true, said])
    expect(await readFile(path, 'utf8')).toBe(found)
    expect((await readdir(at)).filter((name) => name !== 'come')).toEqual(["it's"])
  })
})
