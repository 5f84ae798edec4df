import { describe, expect, it } from 'vitest'
import { file, secret, text, type FileOptions } from '../../src/index.ts'
import type { Folder } from '../../src/core/build/index.ts'
import { digestOf, short } from '../../src/core/digest.ts'
import { isProvisionError } from '../../src/core/error.ts'
import {
  app,
  builtOf,
  factsOf,
  fileStat,
  fine,
  folderStat,
  judge,
  judged,
  late,
  localFile,
  web,
  type HostAnswers,
} from '../support/judge.ts'

const path = '/etc/motd'
const hello = short(digestOf('hello'))
const other = short(digestOf('other'))
const local: Folder = { kind: 'folder', path: './motd', exclude: [] }
const facts = factsOf([[local, builtOf('motd', [localFile('', 'hello', true)])]])

describe('file', () => {
  it.each<[string, FileOptions, HostAnswers, object]>([
    ['is as it should be', { content: 'hello' }, { [`stat ${path}`]: fileStat('hello') }, fine],
    [
      'is missing',
      { content: 'hello' },
      {},
      {
        ...fine,
        operation: 'create',
        changes: [`content: none → ${hello}`],
        actions: [`write ${path} 0644`],
      },
    ],
    [
      'has other content',
      { content: 'hello' },
      { [`stat ${path}`]: fileStat('other') },
      {
        ...fine,
        operation: 'update',
        changes: [`content: ${other} → ${hello}`],
        actions: [`write ${path} 0644`],
      },
    ],
    [
      'has the content back',
      { content: 'other' },
      { [`stat ${path}`]: fileStat('hello') },
      {
        ...fine,
        operation: 'update',
        changes: [`content: ${hello} → ${other}`],
        actions: [`write ${path} 0644`],
      },
    ],
    [
      'has another mode than the default one',
      { content: 'hello' },
      { [`stat ${path}`]: fileStat('hello', { mode: 0o600 }) },
      { ...fine, operation: 'update', changes: ['mode: 0600 → 0644'], actions: [`permit ${path} 0644`] },
    ],
    [
      'has a mode with the sticky bit',
      { content: 'hello', mode: 0o4755 },
      { [`stat ${path}`]: fileStat('hello') },
      { ...fine, operation: 'update', changes: ['mode: 0644 → 04755'], actions: [`permit ${path} 04755`] },
    ],
    [
      'has another owner, who is asked for',
      { content: 'hello', owner: 'core', group: 'docker' },
      { [`stat ${path}`]: fileStat('hello') },
      {
        ...fine,
        operation: 'update',
        changes: ['owner: root → core', 'group: root → docker'],
        actions: [`permit ${path} 0644 core :docker`],
      },
    ],
    [
      'has another owner, who is not asked for',
      { content: 'hello' },
      { [`stat ${path}`]: fileStat('hello', { owner: 'core', group: 'core' }) },
      fine,
    ],
    [
      'is a link, which is replaced',
      { content: 'hello' },
      { [`stat ${path}`]: { ...folderStat(), type: 'link' } },
      {
        ...fine,
        operation: 'update',
        changes: [`content: link → ${hello}`],
        actions: [`write ${path} 0644`],
      },
    ],
    [
      'is an empty folder that Docker made, which goes',
      { content: 'hello' },
      { [`stat ${path}`]: folderStat({ isEmpty: true }) },
      {
        ...fine,
        operation: 'update',
        changes: [`content: empty directory → ${hello}`],
        actions: [`delete-empty-folder ${path}`, `write ${path} 0644`],
      },
    ],
    [
      'cannot be read, so that it is not known to be right',
      { content: 'hello' },
      { [`stat ${path}`]: fileStat('hello', { digest: undefined }) },
      {
        ...fine,
        operation: 'update',
        changes: [`content: unreadable → ${hello}`],
        actions: [`write ${path} 0644`],
      },
    ],
    [
      'comes from an executable file of this machine',
      { from: './motd' },
      { [`stat ${path}`]: fileStat('hello') },
      { ...fine, operation: 'update', changes: ['mode: 0644 → 0755'], actions: [`permit ${path} 0755`] },
    ],
    [
      'is secret, and does not show',
      { content: secret('hello') },
      { [`stat ${path}`]: fileStat('other') },
      {
        ...fine,
        operation: 'update',
        changes: ['content: [secret] → [secret]'],
        actions: [`write ${path} 0644`],
      },
    ],
    [
      'is secret and as it should be',
      { content: secret('hello') },
      { [`stat ${path}`]: fileStat('hello') },
      fine,
    ],
    [
      'holds an address that is known late',
      { content: text`hel${late('lo')}` },
      { [`stat ${path}`]: fileStat('hello') },
      fine,
    ],
    ['is empty', { content: '' }, { [`stat ${path}`]: fileStat('') }, fine],
    [
      'is in letters of the world',
      { content: 'naïve ☕\n' },
      { [`stat ${path}`]: fileStat('naïve ☕\n') },
      fine,
    ],
  ])('%s', (_, options, answers, expected) => {
    expect(judged(file(app, path, options), answers, facts)).toEqual(expected)
  })

  it('carries its bytes, size and digest, and whether something is there', () => {
    const actionsFor = (there: HostAnswers) =>
      judge(file(app, path, { content: 'é' }), there, facts).remedy?.actions
    const write = {
      do: 'write',
      path,
      content: { from: 'text', text: 'é' },
      digest: digestOf('é'),
      size: 2,
      mode: 0o644,
    }
    expect(actionsFor({})).toEqual([{ ...write, isNew: true }])
    expect(actionsFor({ [`stat ${path}`]: fileStat('other') })).toEqual([write])
  })

  it.each<[string, string, FileOptions, RegExp]>([
    ['a relative path', 'etc/motd', { content: '' }, /path: "etc\/motd" is not an absolute path/],
    ['a way out', '/srv/../etc/motd', { content: '' }, /has a "\.\." in it/],
    ['an empty part', '/etc//motd', { content: '' }, /empty part/],
    ['the root', '/', { content: '' }, /root of the file system/],
    ['a NUL', '/etc/\0', { content: '' }, /NUL/],
    ['half a character', '/etc/\ud800', { content: '' }, /not well-formed/],
    ['half a character in it', '/etc/motd', { content: '\ud800' }, /content: is not well-formed Unicode/],
    ['a mode of text', '/etc/motd', { content: '', mode: 10_000 }, /mode: 10000 is not a mode/],
    ['an owner that is an option', '/etc/motd', { content: '', owner: '--help' }, /owner: "--help"/],
  ])('refuses %s', (_, where, options, problem) => {
    expect(file(app, where, options).problem).toMatch(problem)
  })

  it.each([
    ['blanks and quotes', '/srv/a "b" \'c\' $(d)'],
    ['a line break', '/srv/a\nb'],
    ['letters of the world', '/srv/grüße/日本'],
  ])('takes a path with %s as it is', (_, where) => {
    const made = file(app, where, { content: 'x' })
    expect(made.problem).toBeUndefined()
    expect(judged(made, {}).actions).toEqual([`write ${where} 0644`])
  })

  it.each<[string, FileOptions, HostAnswers, string, RegExp]>([
    [
      'a folder in its place',
      { content: '' },
      { [`stat ${path}`]: folderStat() },
      'conflict',
      /app › file \/etc\/motd: .*is a directory there/,
    ],
    [
      'a device in its place',
      { content: '' },
      { [`stat ${path}`]: fileStat('', { type: 'other' }) },
      'conflict',
      /a device/,
    ],
    ['content without bytes', { content: 'a\udfff' }, {}, 'playbook', /not well-formed/],
    ['a folder as its source', { from: './www' }, {}, 'playbook', /www is a folder here/],
  ])('stops at %s', (_, options, answers, code, message) => {
    const www: Folder = { kind: 'folder', path: './www', exclude: [] }
    const known = factsOf([[www, builtOf('www', [localFile('index.html', '')])]])
    expect(() => judged(file(app, path, options), answers, known)).toThrow(
      expect.toSatisfy(
        (error) => isProvisionError(error) && error.code === code && message.test(error.message),
      ),
    )
  })

  it('claims its path, for its host alone', () => {
    expect(file(app, path, { content: '' }).claims).toEqual(file(web, path, { content: '' }).claims)
    expect(file(app, path, { content: '' }).claims).not.toEqual(
      file(app, '/etc/issue', { content: '' }).claims,
    )
  })
})
