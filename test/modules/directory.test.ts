import { describe, expect, it } from 'vitest'
import { directory, type DirectoryOptions } from '../../src/index.ts'
import { resolve } from '../../src/core/ref.ts'
import { app, factsOf, fileStat, fine, folderStat, judged, type HostAnswers } from '../support/judge.ts'

const path = '/srv/data'

describe('directory', () => {
  it.each<[string, DirectoryOptions, HostAnswers, object]>([
    ['is as it should be', {}, { [`stat ${path}`]: folderStat() }, fine],
    [
      'is missing',
      {},
      {},
      {
        ...fine,
        operation: 'create',
        changes: ['type: none → directory'],
        actions: [`directory ${path} 0755`],
      },
    ],
    [
      'is missing and wanted private',
      { mode: 0o700, owner: 'core' },
      {},
      {
        ...fine,
        operation: 'create',
        changes: ['type: none → directory'],
        actions: [`directory ${path} 0700 core`],
      },
    ],
    [
      'is too open',
      { mode: 0o700 },
      { [`stat ${path}`]: folderStat() },
      { ...fine, operation: 'update', changes: ['mode: 0755 → 0700'], actions: [`permit ${path} 0700`] },
    ],
    [
      'is too closed',
      { mode: 0o755 },
      { [`stat ${path}`]: folderStat({ mode: 0o700 }) },
      { ...fine, operation: 'update', changes: ['mode: 0700 → 0755'], actions: [`permit ${path} 0755`] },
    ],
    ['is there with a mode of its own', {}, { [`stat ${path}`]: folderStat({ mode: 0o1777 }) }, fine],
    [
      'has another group',
      { group: 'docker' },
      { [`stat ${path}`]: folderStat() },
      {
        ...fine,
        operation: 'update',
        changes: ['group: root → docker'],
        actions: [`permit ${path} :docker`],
      },
    ],
    ['has an owner that nobody asked for', {}, { [`stat ${path}`]: folderStat({ owner: 'core' }) }, fine],
  ])('%s', (_, options, answers, expected) => {
    expect(judged(directory(app, path, options), answers)).toEqual(expected)
  })

  it.each<[string, HostAnswers, RegExp]>([
    [
      'a file',
      { [`stat ${path}`]: fileStat('x') },
      /app › directory \/srv\/data: \/srv\/data is a file there/,
    ],
    ['a link', { [`stat ${path}`]: folderStat({ type: 'link' }) }, /is a link there, not a directory/],
  ])('never replaces %s', (_, answers, message) => {
    expect(() => judged(directory(app, path), answers)).toThrow(message)
  })

  it('is writable where it is mounted, and what mounts it needs it', () => {
    const made = directory(app, path)
    expect(resolve(made.mounted, factsOf())).toEqual({ source: path, writable: true, content: undefined })
    expect(made.mounted.needs).toEqual([made])
  })

  it.each([
    ['a relative path', 'srv', {}, /not an absolute path/],
    ['a last slash', '/srv/', {}, /empty part/],
    ['a negative mode', '/srv', { mode: -1 }, /mode: -1/],
    ['a group with a blank', '/srv', { group: 'a b' }, /group: "a b"/],
  ])('refuses %s', (_, where, options, problem) => {
    expect(directory(app, where, options).problem).toMatch(problem)
  })
})
