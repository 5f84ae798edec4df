import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { quote } from '../../../src/core/quote.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'
import { endOf } from '../../../src/transport/commit/prelude.ts'
import type { Write } from '../../../src/transport/files/batch.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells, type Shell } from '../../support/shells.ts'
import { bulkOver, never } from '../../support/transport.ts'

/** Who may write the target folders. */
const stranger = 65_534

let root = ''
/** In another file system. */
let apart = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'provision-foreign-'))
  apart = await mkdtemp('/dev/shm/provision-foreign-')
  await Promise.all([root, apart].map((at) => chmod(at, 0o755)))
})
afterAll(() => Promise.all([root, apart].map((at) => rm(at, { recursive: true }))))

const write = (path: string): Write => ({
  do: 'write',
  path,
  content: { from: 'text', text: 'new' },
  digest: digestOf('new'),
  size: 3,
  ...{ mode: 0o4750, owner: '0', group: '0' },
})

/** When the folder is swapped: before or after a program is run for the so-manieth time. */
interface Moment {
  readonly program: string
  readonly time: number
  readonly when: 'before' | 'after'
}

/** What a stranger puts where a staging folder was, called `$1`; `$own` is one of theirs, and `$data` one of root's beside it. */
interface Plant {
  readonly what: string
  readonly plant: string
}
const theirs: Plant = { what: 'a folder of theirs', plant: 'mv "$own" "$1"' }
const beside: Plant = { what: "root's folder beside it", plant: 'mv "$data" "$1"' }
const link: Plant = { what: 'a link to a folder of theirs', plant: 'ln -s "$own" "$1"' }
const plants: readonly Plant[] = [
  theirs,
  beside,
  link,
  { what: 'a link to a folder of root elsewhere', plant: 'ln -s "$elsewhere" "$1"' },
  { what: "root's folder that all may write to", plant: 'mkdir "$1"; chmod 777 "$1"' },
]

/** A program that swaps the staging folder of `$at` at its moment, and does its work. */
const swapping = (
  { program, time, when }: Moment,
  paths: Readonly<Record<string, string>>,
  plant: string,
) => `#!/bin/sh
PATH=${quote(paths['real'] ?? '')}
${Object.entries(paths)
  .map(([name, path]) => `${name}=${quote(path)}`)
  .join('\n')}
swap() {
  for name in "$at"/.provision-*; do :; done
  if [ -d "$name" ]; then mv "$name" "$at/moved"; else for name do :; done; fi
  set -- "$name"
  ${plant}
}
echo >>"$0.times"
if [ "$(wc -l <"$0.times")" -ne ${time} ]; then exec ${program} "$@"; fi
${when === 'before' ? 'swap "$@"' : ''}
${program} "$@"
s=$?
${when === 'after' ? 'swap "$@"' : ''}
exit $s
`

/** What a staging folder would have in it, and more. */
async function fill(
  own: string,
  { names, pwned, victim }: Record<'pwned' | 'victim', string> & { names: string[] },
) {
  const run = `commit() { id >${quote(pwned)}; return 0; }\n`
  await mkdir(join(own, 'd0'), { recursive: true })
  await mkdir(join(own, 'd1'))
  await mkdir(join(own, 'odd'))
  await writeFile(join(own, 'run'), run)
  await writeFile(join(own, 'end'), endOf(run))
  for (const name of names) await symlink(victim, join(own, 'd0', name))
  await writeFile(join(own, 'd1', 'planted'), 'planted')
  await writeFile(join(own, 'sums'), '')
  await chown(own, stranger, stranger)
}

const toolsOf = ({ tools }: Shell): string => tools ?? process.env['PATH'] ?? ''

/** Whoever owns a folder can do so with all in it, whenever they like. */
describe.runIf(process.getuid?.() === 0).each(shells)('under $title, in folders of a stranger', (shell) => {
  let count = 0

  async function deploy(
    moment: Moment,
    plant: string,
    { files, in: where }: { readonly files: number; readonly in: 'home' | 'apart' },
  ) {
    const title = `${shell.title} ${count++}`
    const [home, other] = [join(root, title, 'at'), join(apart, title)]
    const [victim, pwned] = [join(root, title, 'victim'), join(root, title, 'pwned')]
    const at = where === 'home' ? home : other
    await mkdir(home, { recursive: true })
    await mkdir(other)
    await mkdir(join(at, 'data', 'd0'), { recursive: true })
    await writeFile(join(at, 'data', 'kept'), 'kept')
    await writeFile(join(at, 'data', 'd0', 'kept'), 'kept')
    const elsewhere = join(root, title, 'elsewhere')
    await mkdir(join(elsewhere, 'd0'), { recursive: true })
    await writeFile(join(elsewhere, 'd0', 'kept'), 'kept')
    await writeFile(victim, 'secret', { mode: 0o600 })
    const names = Array.from({ length: files }, (_, i) => `file ${i}`)
    await fill(join(at, 'own'), { names, pwned, victim })
    for (const folder of [home, other]) await chown(folder, stranger, stranger)
    const programs = join(root, title, 'programs')
    await mkdir(programs)
    const paths = { at, own: join(at, 'own'), data: join(at, 'data'), elsewhere, real: toolsOf(shell) }
    await writeFile(join(programs, moment.program), swapping(moment, paths, plant), { mode: 0o755 })
    const connection = shellConnection(shell)
    const watched: Connection = {
      ...connection,
      openly: (text, options) => connection.openly(`PATH=${quote(programs)}:$PATH\n${text}`, options),
    }
    const actions = [...names.map((name) => write(join(home, name))), write(join(other, 'beside'))]
    const outcomes = await performFiles(
      { connection: watched, openBulk: bulkOver(watched), user: 'root' },
      actions,
      never,
    )
    const swaps = await readFile(join(programs, `${moment.program}.times`), 'utf8')
    expect(swaps.length).toBeGreaterThanOrEqual(moment.time)
    // Nothing of theirs was run, nor taken for ours.
    expect((await readdir(join(root, title))).includes('pwned')).toBe(false)
    const { mode, uid } = await stat(victim)
    expect([await readFile(victim, 'utf8'), mode & 0o7777, uid]).toEqual(['secret', 0o600, 0])
    expect(await readdir(elsewhere, { recursive: true })).toEqual(['d0', 'd0/kept'])
    expect((await readdir(home)).includes('planted') || (await readdir(other)).includes('planted')).toBe(
      false,
    )
    const kept = (await readdir(at, { recursive: true })).filter((name) => name.endsWith('kept'))
    expect(kept.length).toBeGreaterThanOrEqual(2)
    // What is said to be done is, and all of it is done where ours had been entered.
    const done = actions.filter((_, i) => outcomes[i]?.ok)
    if (moment.program !== 'mkdir') expect(done).toEqual(actions)
    for (const { path } of done) {
      const { mode, uid } = await stat(path)
      expect([await readFile(path, 'utf8'), mode & 0o7777, uid]).toEqual(['new', 0o4750, 0])
    }
  }

  const made: Moment = { program: 'mkdir', time: 1, when: 'after' }
  const later: readonly Moment[] = [
    { program: 'tar', time: 1, when: 'before' },
    { program: 'tar', time: 1, when: 'after' },
    { program: 'sha256sum', time: 1, when: 'before' },
    { program: 'sha256sum', time: 1, when: 'after' },
    { program: 'chown', time: 1, when: 'before' },
    { program: 'chmod', time: 1, when: 'before' },
    { program: 'mv', time: 1, when: 'before' },
    { program: 'rm', time: 1, when: 'before' },
  ]

  it.each([
    ...plants.map((plant) => ({ ...made, ...plant })),
    { ...made, when: 'before' as const, ...link },
    ...later.flatMap((moment) => [theirs, beside].map((plant) => ({ ...moment, ...plant }))),
  ])('$what takes the place of ours $when $program', async ({ plant, ...moment }) => {
    await deploy(moment, plant, { files: 2, in: 'home' })
  })

  it.each([made, ...later])('a script of theirs takes the place of ours $when $program', async (moment) => {
    await deploy(moment, theirs.plant, { files: 60, in: 'home' })
  })

  it.each(
    plants.flatMap((plant) =>
      (['before', 'after'] as const).map((when) => ({ ...made, ...plant, time: 2, when })),
    ),
  )('$what takes the place of ours in another file system $when it is made', async ({ plant, ...moment }) => {
    await deploy(moment, plant, { files: 2, in: 'apart' })
  })
})
