import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../src/core/digest.ts'
import { quote } from '../../src/core/quote.ts'
import { probeAnswers } from '../../src/transport/probe-answers.ts'
import { probeScript, type ShellProbe } from '../../src/transport/probe-script.ts'
import { hostileName } from '../support/hostile.ts'
import { runIn, shells, type Shell } from '../support/shells.ts'

const marker = 'provision-0123456789abcdef'

async function ask(shell: Shell, probes: readonly ShellProbe[], before = '') {
  const { script, stdin } = probeScript(probes, marker)
  const { code, stdout, stderr } = await runIn(shell, `${before}\n${script}`, stdin)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return probeAnswers('box', probes, marker, stdout)
}

let folder = ''
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'provision-probe-'))))
afterAll(() => rm(folder, { recursive: true }))

describe.each(shells)('under $title', (shell) => {
  it.each([
    ['few', 0],
    ['more', 100],
    ['many', 300],
    ['very many', 1_600],
  ])('tells files, folders, links and what is missing apart, among %s', async (_, others) => {
    const at = (name: string) => join(folder, `${shell.title} ${others}`, name)
    await mkdir(at('sub'), { recursive: true })
    await writeFile(at('file'), 'content\n')
    await chmod(at('file'), 0o4750)
    await symlink('file', at('link'))
    await symlink('nowhere', at('dangling'))
    const beside = Array.from({ length: others }, (_, index) => `beside ${index}`)
    const names = ['file', 'missing', 'sub', 'link', 'dangling', 'file', 'file/below']
    const probes = [...names, ...beside].map((name) => ({ ask: 'stat', path: at(name) }) as const)
    const file = { type: 'file', mode: 0o4750, size: 8, digest: digestOf('content\n') }
    expect(await ask(shell, probes)).toMatchObject([
      file,
      undefined,
      { type: 'directory', digest: undefined },
      { type: 'link', digest: undefined },
      { type: 'link', digest: undefined },
      file,
      undefined,
      ...beside.map(() => undefined),
    ])
  })

  it.each([
    ['nothing', []],
    ['the last', ['s2/file 299']],
    ['a link to nothing', ['s1/file 150']],
    ['a file where a folder is meant', ['s1']],
  ])('finds among many missing ones %s', async (title, there) => {
    const at = (name: string) => join(folder, `${shell.title} missing but ${title}`, name)
    for (const name of there) {
      await mkdir(join(at(name), '..'), { recursive: true })
      await (title.includes('link') ? symlink('nowhere', at(name)) : writeFile(at(name), name))
    }
    const names = ['s0', 's1', 's2'].flatMap((sub, i) => [
      sub,
      ...Array.from({ length: 100 }, (_, k) => `${sub}/file ${i * 100 + k}`),
    ])
    const found = await ask(
      shell,
      names.map((name) => ({ ask: 'stat', path: at(name) }) as const),
    )
    const seen = names.flatMap((name, i) => (found[i] === undefined ? [] : [name]))
    expect(seen.filter((name) => name.includes('/') || there.includes(name))).toEqual(there)
  })

  it('reads no pipe, which would block, and the rest all the same', async () => {
    const at = (name: string) => join(folder, `${shell.title} ${name}`)
    await promisify(execFile)('mkfifo', [at('pipe')])
    await writeFile(at('beside a pipe'), 'content\n')
    const asked = ['pipe', 'beside a pipe'].map((name) => ({ ask: 'stat', path: at(name) }) as const)
    expect(await ask(shell, asked)).toMatchObject([
      { type: 'other', digest: undefined },
      { type: 'file', digest: digestOf('content\n') },
    ])
  })

  it.each([
    ['a last name that ends with a newline', ['a', 'z\n\n']],
    ['names that are long together', Array.from({ length: 240 }, (_, i) => String(i).padStart(250, 'n'))],
  ])('hashes %s', async (title, names) => {
    const at = (name: string) => join(folder, `${shell.title} ${title}`, name)
    await mkdir(at(''))
    await Promise.all(names.map((name) => writeFile(at(name), name)))
    const asked = names.map((name) => ({ ask: 'stat', path: at(name) }) as const)
    expect(await ask(shell, asked)).toMatchObject(names.map((name) => ({ digest: digestOf(name) })))
  })

  const many = Array.from({ length: 300 }, (_, i) => `missing ${i}`)
  const fake = 'shift 4; echo >"$0.used"; sha256sum -- "$@"'
  it.each<[string, string | undefined, boolean, readonly string[]]>([
    ['openssl', fake, true, []],
    ['openssl, of many', fake, true, many],
    ['sha256sum where openssl is another program', 'echo 1.0; exit 0', false, []],
    ['what this machine has', undefined, false, []],
  ])('sums up large files by %s', async (title, openssl, isUsed, others) => {
    const at = (name: string) => join(folder, `${shell.title} ${title}`, name)
    await mkdir(at('bin'), { recursive: true })
    if (openssl !== undefined) await writeFile(at('bin/openssl'), `#!/bin/sh\n${openssl}\n`, { mode: 0o755 })
    const names = ['small', '-large', 'la\nrge\n', 'missing', 'bin', 'last', ...others]
    const present = ['small', '-large', 'la\nrge\n', 'last']
    await Promise.all(present.map((name) => writeFile(at(name), name)))
    const probes = names.map((name) => {
      const size = name === '-large' ? 50_000_000 : undefined
      return { ask: 'stat', path: at(name), size } as const
    })
    const found = await ask(shell, probes, `PATH=${quote(at('bin'))}:$PATH`)
    expect(found).toMatchObject(
      names.map((name) => {
        if (present.includes(name)) return { digest: digestOf(name) }
        return name === 'bin' ? { type: 'directory', digest: undefined } : undefined
      }),
    )
    expect(existsSync(at('bin/openssl.used'))).toBe(isUsed)
  })

  it.each([
    ['few', 0],
    ['many', 300],
  ])('gives names of owners where they are asked for, among %s', async (_, others) => {
    const beside = Array.from(
      { length: others },
      (__, i) => ({ ask: 'stat', path: `/missing ${i}` }) as const,
    )
    const asked = { ask: 'stat', path: '/etc/passwd' } as const
    const found = async (probe: ShellProbe) => (await ask(shell, [...beside, probe])).at(-1)
    expect(await found({ ...asked, names: true })).toMatchObject({
      owner: 'root',
      group: 'root',
      mode: 0o644,
    })
    expect(await found(asked)).toMatchObject({ owner: undefined, group: undefined, mode: 0o644 })
  })

  it.each([
    ['all of them there', []],
    ['one of them missing', ['missing']],
    ['a folder among them', ['folder']],
    ['a link and a pipe among them', ['link', 'pipe']],
  ])('sums up many, with %s', async (title, odd) => {
    const at = (name: string) => join(folder, `${shell.title} many ${title}`, name)
    await mkdir(at(''))
    const files = Array.from({ length: 300 }, (_, i) => `file ${i}`)
    await Promise.all(files.map((name) => writeFile(at(name), name)))
    await mkdir(at('folder'))
    await symlink('file 1', at('link'))
    await promisify(execFile)('mkfifo', [at('pipe')])
    const asked = [...odd, ...files].map((name) => ({ ask: 'stat', path: at(name) }) as const)
    const found = await ask(shell, asked)
    expect(found.map((one) => typeof one === 'object' && 'digest' in one && one.digest)).toEqual([
      ...odd.map((name) => (name === 'missing' ? false : undefined)),
      ...files.map((name) => digestOf(name)),
    ])
  })

  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['no newline at the end', 'a'],
    ['empty lines at both ends', '\n\na\n\n'],
    ['other alphabets', 'Größe 大きさ\n'],
    ['what looks like our own lines', `\n${marker.slice(0, -1)} done\n`],
  ])('reads a file that holds %s', async (_, content) => {
    const path = join(folder, `${shell.title} content`)
    await writeFile(path, content)
    expect(await ask(shell, [{ ask: 'read', path }])).toEqual([content])
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
    const answers = await ask(shell, asked)
    expect(answers.slice(0, names.length)).toMatchObject(
      names.map((name) => (present.includes(name) ? { type: 'file', digest: digestOf(name) } : undefined)),
    )
  })

  it('reads nothing where nothing is, and refuses a folder', async () => {
    expect(await ask(shell, [{ ask: 'read', path: join(folder, 'missing') }])).toEqual([undefined])
    await expect(ask(shell, [{ ask: 'read', path: folder }])).rejects.toThrow('box › ' + folder)
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
    expect(await ask(shell, [{ ask: 'command', argv, cwd }])).toEqual([expected])
  })

  it('a command whose folder is missing does not run, one that is missing says so', async () => {
    const answers = await ask(shell, [
      { ask: 'command', argv: ['touch', join(folder, 'ran')], cwd: join(folder, 'no folder') },
      { ask: 'command', argv: ['no-such-command'] },
      { ask: 'command', argv: [folder] },
      { ask: 'stat', path: join(folder, 'ran') },
    ])
    expect(answers).toMatchObject([{ code: 125 }, { code: 127 }, { code: 126 }, undefined])
  })

  it('a command that writes much is cut and not ended', async () => {
    const argv = [
      'sh',
      '-c',
      'i=0; while [ $i -lt 4000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; exit 3',
    ]
    const [answer] = await ask(shell, [{ ask: 'command', argv }])
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
          const answers = await ask(shell, [...asked, ...beside])
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
