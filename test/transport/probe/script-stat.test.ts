import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import type { Answer } from '../../../src/core/probe.ts'
import { quote } from '../../../src/core/quote.ts'
import type { ShellProbe } from '../../../src/transport/probe/script.ts'
import { askShell } from '../../support/ask-shell.ts'
import { shells } from '../../support/shells.ts'

let folder = ''
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'provision-probe-'))))
afterAll(() => rm(folder, { recursive: true }))

const writtenAt = (answer: Answer | undefined): unknown =>
  typeof answer === 'object' && 'writtenAt' in answer ? answer.writtenAt : undefined

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
    expect(await askShell(shell, probes)).toMatchObject([
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
    const found = await askShell(
      shell,
      names.map((name) => ({ ask: 'stat', path: at(name) }) as const),
    )
    const seen = names.flatMap((name, i) => (found[i] === undefined ? [] : [name]))
    expect(seen.filter((name) => name.includes('/') || there.includes(name))).toEqual(there)
  })

  it('tells which folders are empty that stand in the place of mounted files', async () => {
    const at = (name: string) => join(folder, `${shell.title} it's $HOME`, name)
    const hidden = ['full/a', 'hidden/.a', 'dots/..a']
    for (const name of ['empty', 'é\nn', 'unasked', ...hidden]) await mkdir(at(name), { recursive: true })
    await symlink('empty', at('link'))
    await writeFile(at('file'), '')
    const names = ['empty', 'é\nn', 'full', 'hidden', 'dots', 'link', 'file', 'missing', 'unasked']
    const found = await askShell(
      shell,
      names.map((name) => ({ ask: 'stat', path: at(name), mounted: name !== 'unasked' }) as const),
    )
    const empty = found.map((answer) => typeof answer === 'object' && 'isEmpty' in answer)
    expect(names.filter((_, i) => empty[i])).toEqual(['empty', 'é\nn'])
  })

  it('reads no pipe, which would block, and the rest all the same', async () => {
    const at = (name: string) => join(folder, `${shell.title} ${name}`)
    await promisify(execFile)('mkfifo', [at('pipe')])
    await writeFile(at('beside a pipe'), 'content\n')
    const asked = ['pipe', 'beside a pipe'].map((name) => ({ ask: 'stat', path: at(name) }) as const)
    expect(await askShell(shell, asked)).toMatchObject([
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
    expect(await askShell(shell, asked)).toMatchObject(names.map((name) => ({ digest: digestOf(name) })))
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
    const present = ['small', '-large', 'la\nrge\n', 'back\\slash', 'back\\slash\n', 'last']
    const names = [...present.slice(0, -1), 'missing', 'bin', 'last', ...others]
    await Promise.all(present.map((name) => writeFile(at(name), name)))
    const probes = names.map((name) => {
      const size = name === '-large' ? 50_000_000 : undefined
      return { ask: 'stat', path: at(name), size } as const
    })
    const found = await askShell(shell, probes, `PATH=${quote(at('bin'))}:$PATH`)
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
    const found = async (probe: ShellProbe) => (await askShell(shell, [...beside, probe])).at(-1)
    expect(await found({ ...asked, names: true })).toMatchObject({
      owner: 'root',
      ownerId: '0',
      group: 'root',
      groupId: '0',
      mode: 0o644,
    })
    expect(await found(asked)).toMatchObject({ owner: undefined, group: undefined, mode: 0o644 })
  })

  it.each([
    ['few', 0],
    ['many', 300],
  ])('tells when a file was written only where it is asked for, among %s', async (_, others) => {
    const at = join(folder, `${shell.title} written ${others}`)
    await writeFile(at, '')
    const beside = Array.from(
      { length: others },
      (__, i) => ({ ask: 'stat', path: `/missing ${i}` }) as const,
    )
    const found = async (time: number, probe: object): Promise<Answer | undefined> => {
      await utimes(at, 0, new Date(time))
      return (await askShell(shell, [...beside, { ask: 'stat', path: at, ...probe }])).at(-1)
    }
    // Some shells come with a stat that knows whole seconds only.
    expect([1_700_000_000_000, 1_700_000_000_250]).toContain(
      writtenAt(await found(1_700_000_000_250, { times: true })),
    )
    expect(writtenAt(await found(-2_000, { times: true, names: true }))).toBe(-2_000)
    expect(await found(1, {})).not.toHaveProperty('writtenAt')
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
    const found = await askShell(shell, asked)
    expect(found.map((one) => typeof one === 'object' && 'digest' in one && one.digest)).toEqual([
      ...odd.map((name) => (name === 'missing' ? false : undefined)),
      ...files.map((name) => digestOf(name)),
    ])
  })
})
