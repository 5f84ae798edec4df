import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { secret, type Text } from '../../../src/core/secret/index.ts'
import { probeAnswers } from '../../../src/transport/probe/answers.ts'
import { askShell, marker } from '../../support/ask-shell.ts'
import { hostileName } from '../../support/hostile.ts'
import { shells } from '../../support/shells.ts'

let folder = ''
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'provision-probe-'))))
afterAll(() => rm(folder, { recursive: true }))

describe.each(shells)('under $title', (shell) => {
  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['no newline at the end', 'a'],
    ['empty lines at both ends', '\n\na\n\n'],
    ['other alphabets', 'Größe 大きさ\n'],
    ['what looks like our own lines', `\n${marker.slice(0, -1)} done\n`],
  ])('reads a file that holds %s', async (_, content) => {
    const path = join(folder, `${shell.title} content`)
    await writeFile(path, content)
    expect(await askShell(shell, [{ ask: 'read', path }])).toEqual([content])
  })

  it.each([
    ['few', 0],
    ['many', 300],
  ])('what is missing is not taken for a name that begins so, among %s', async (_, others) => {
    const sub = join(folder, `${shell.title} beginnings ${others}`)
    await mkdir(sub)
    const present = ['a\nb', 'c', 'c\n', 'd\n0:', 'e']
    await Promise.all(present.map((name) => writeFile(join(sub, name), name)))
    const names = ['a', 'a\nb', 'c', 'c\n', 'd', 'd\n0:', 'd\n0:\n', 'e']
    const beside = Array.from({ length: others }, (__, i) => `beside ${i}`)
    const asked = [...names, ...beside].map((name) => ({ ask: 'stat', path: join(sub, name) }) as const)
    const answers = await askShell(shell, asked)
    expect(answers.slice(0, names.length)).toMatchObject(
      names.map((name) => (present.includes(name) ? { type: 'file', digest: digestOf(name) } : undefined)),
    )
  })

  it('reads what its login has in its home where nothing is at the path, but for what is of somebody else', async () => {
    const [path, other] = [join(folder, `${shell.title} here`), join(folder, `${shell.title} there`)]
    await writeFile(other, 'other')
    const belowHome = relative(userInfo().homedir, other)
    const probe = { ask: 'read', path, otherwise: { of: 'login', belowHome } } as const
    const as = (id: number) => askShell(shell, [probe], `SUDO_USER=${userInfo().username} SUDO_UID=${id}`)
    expect(await as(userInfo().uid)).toEqual(['other'])
    expect(await as(userInfo().uid + 1)).toEqual([undefined])
    expect(await askShell(shell, [probe], 'unset SUDO_USER')).toEqual([undefined])
    await writeFile(path, 'own')
    expect(await as(userInfo().uid)).toEqual(['own'])
  })

  it('tells all that is in a folder, by any name', async () => {
    const path = join(folder, `${shell.title} full`)
    const names = ['a', 'a/-n', 'a/b\nc', '.d', 'é']
    await mkdir(join(path, 'a'), { recursive: true })
    await Promise.all(names.slice(1).map((name) => writeFile(join(path, name), '')))
    const [inside, missing] = await askShell(shell, [
      { ask: 'inside', path },
      { ask: 'inside', path: join(folder, 'none') },
    ])
    expect(new Set(Array.isArray(inside) ? inside : [])).toEqual(new Set(names))
    expect(missing).toEqual([])
  })

  it('tells the machine by its kernel and its root, the same each time', async () => {
    const kernel = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const answers = await askShell(shell, [
      { ask: 'machine' },
      { ask: 'read', path: '/none' },
      { ask: 'machine' },
    ])
    expect(answers[0]).toMatch(new RegExp(`^${kernel.trim()} \\d+\\.\\d+\\.$`))
    expect(answers).toEqual([answers[0], undefined, answers[0]])
  })

  it('reads nothing where nothing is, and refuses a folder', async () => {
    expect(await askShell(shell, [{ ask: 'read', path: join(folder, 'missing') }])).toEqual([undefined])
    await expect(askShell(shell, [{ ask: 'read', path: folder }])).rejects.toThrow('box › ' + folder)
  })

  it.each<[string, readonly string[], string | undefined, { code: number; output: string }]>([
    ['succeeds', ['true'], undefined, { code: 0, output: '' }],
    ['fails', ['sh', '-c', 'echo out; echo err >&2; exit 7'], undefined, { code: 7, output: 'out\nerr\n' }],
    [
      'gets its arguments whole',
      ['printf', '%s|', "a 'b'\n", '$HOME', '*'],
      '/',
      { code: 0, output: "a 'b'\n|$HOME|*|" },
    ],
    ['runs in its folder', ['pwd'], '/usr', { code: 0, output: '/usr\n' }],
    ['has nothing to read', ['cat'], undefined, { code: 0, output: '' }],
  ])('a command that %s', async (_, argv, cwd, expected) => {
    expect(await askShell(shell, [{ ask: 'command', argv, cwd }])).toEqual([expected])
  })

  it.each<[string, string, readonly string[], Readonly<Record<string, Text>>, object]>([
    [
      'gets its variables byte for byte',
      'printf %s "$A|$B"',
      [],
      { A: " 'x'\n$HOME *", B: secret('pass word') },
      { code: 0, output: " 'x'\n$HOME *|pass word" },
    ],
    [
      'has those that the script itself uses',
      'printf %s "$m$c$PATH$1"',
      ['a b'],
      { m: '1', c: '2', PATH: '/3' },
      { code: 0, output: '12/3a b' },
    ],
  ])('a command that %s', async (_, script, words, env, expected) => {
    const argv = ['/bin/sh', '-c', script, 'sh', ...words]
    expect(await askShell(shell, [{ ask: 'command', argv, env }])).toEqual([expected])
  })

  it('nothing is run by the name of a variable', async () => {
    const ran = join(folder, `${shell.title} ran`)
    const answers = await askShell(shell, [
      { ask: 'command', argv: ['true'], env: { [`A=1; touch '${ran}'; B`]: 'x' } },
      { ask: 'stat', path: ran },
    ])
    expect(answers[1]).toBeUndefined()
  })

  it('a command whose folder is missing does not run, one that is missing says so', async () => {
    const answers = await askShell(shell, [
      { ask: 'command', argv: ['touch', join(folder, 'ran')], cwd: join(folder, 'no folder') },
      { ask: 'command', argv: ['no-such-command'] },
      { ask: 'command', argv: [folder] },
      { ask: 'stat', path: join(folder, 'ran') },
    ])
    expect(answers).toMatchObject([{ code: 125 }, { code: 127 }, { code: 126 }, undefined])
  })

  it('a name that is not there is not taken for one that reads like it where it is written in one line', async () => {
    const [newline, letter] = ['like\\\n', 'like\\n'].map((name) => join(folder, name))
    await writeFile(letter ?? '', 'x')
    const answers = await askShell(
      shell,
      [newline, letter].map((path = '') => ({ ask: 'stat', path }) as const),
    )
    expect(answers).toMatchObject([undefined, { digest: digestOf('x') }])
  })

  it('a command that writes much is cut and not ended', async () => {
    const argv = [
      'sh',
      '-c',
      'i=0; while [ $i -lt 4000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; exit 3',
    ]
    const [answer] = await askShell(shell, [{ ask: 'command', argv }])
    expect(answer).toMatchObject({ code: 3 })
    expect(answer).toHaveProperty('output.length', 64 * 1024)
  })

  it.each([
    ['few', 0],
    ['many', 300],
  ])(
    'any name is found among %s and hashed, and nobody interprets it',
    { timeout: 60_000 },
    async (_, others) => {
      const sub = join(folder, `names ${shell.title} ${others}`)
      const beside = Array.from(
        { length: others },
        (__, i) => ({ ask: 'stat', path: `${sub}/beside ${i}` }) as const,
      )
      await mkdir(sub)
      let round = 0
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(hostileName, { minLength: 1, maxLength: 12 }), async (names) => {
          const place = join(sub, String(round++))
          await mkdir(place)
          const present = names.filter((_, i) => i % 3 !== 2)
          await Promise.all(present.map((name) => writeFile(`${place}/${name}`, name)))
          const asked = names.map((name) => ({ ask: 'stat', path: `${place}/${name}` }) as const)
          const answers = await askShell(shell, [...asked, ...beside])
          expect(answers.slice(0, names.length)).toMatchObject(
            names.map((name, i) => (i % 3 === 2 ? undefined : { type: 'file', digest: digestOf(name) })),
          )
        }),
        { numRuns: 25 },
      )
    },
  )
})

it.each([
  ['in the middle of a line', Buffer.from('41ed:1:')],
  [
    'where they are packed',
    Buffer.concat([
      gzipSync(`41ed:4096:0:root:0:root:/\n\n${marker} stat\n\n${marker} sums\n`).subarray(0, -9),
      Buffer.from(`\n${marker} packed\n\n${marker} done\n`),
    ]),
  ],
])('answers that are cut short %s are noticed', (_, output) => {
  expect(() => probeAnswers('box', [{ ask: 'stat', path: '/' }], marker, output)).toThrow(
    'box: the answers to what was asked are cut short',
  )
})
