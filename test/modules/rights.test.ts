import { describe, expect, it } from 'vitest'
import { file, tree, type FileOptions } from '../../src/index.ts'
import { manifestPath, writeManifest } from '../../src/core/mirror/manifest.ts'
import type { Folder } from '../../src/core/build/index.ts'
import {
  app,
  builtOf,
  factsOf,
  fileStat,
  fine,
  folderStat,
  judged,
  localFile,
  scope,
  type HostAnswers,
} from '../support/judge.ts'

const path = '/etc/motd'

describe('a file', () => {
  it.each<[string, FileOptions, HostAnswers, object]>([
    [
      'has the owner that is asked for by number, who has a name there',
      { content: 'hello', owner: '1000', group: '998' },
      {
        [`stat ${path}`]: fileStat('hello', {
          owner: 'core',
          ownerId: '1000',
          group: 'docker',
          groupId: '998',
        }),
      },
      fine,
    ],
    [
      'has the owner that is asked for by number, who has no name there',
      { content: 'hello', owner: '1000' },
      { [`stat ${path}`]: fileStat('hello', { owner: '1000', ownerId: '1000' }) },
      fine,
    ],
    [
      'has another owner than is asked for by number',
      { content: 'hello', owner: '1000', group: '0' },
      { [`stat ${path}`]: fileStat('hello') },
      {
        ...fine,
        operation: 'update',
        changes: ['owner: root → 1000'],
        actions: [`permit ${path} 0644 1000 :0`],
      },
    ],
  ])('%s', (_, options, answers, expected) => {
    expect(judged(file(app, path, options), answers)).toEqual(expected)
  })

  it.each<[string, FileOptions, RegExp]>([
    ['that is no number', { content: '', owner: '1000x' }, /owner: "1000x"/],
    ['as nobody writes it', { content: '', owner: '010' }, /owner: "010"/],
    ['that is too large', { content: '', group: '4294967295' }, /group: "4294967295"/],
  ])('is refused with an id %s', (_, options, problem) => {
    expect(file(app, path, options).problem).toMatch(problem)
  })
})

it('a tree leaves the modes of folders that are there', () => {
  const www: Folder = { kind: 'folder', path: './www', exclude: [] }
  const answers = {
    'stat /var/www': folderStat({ mode: 0o2775 }),
    'stat /var/www/css': folderStat({ mode: 0o700 }),
    'stat /var/www/css/site.css': fileStat('body {}'),
    [`read ${manifestPath(scope, 'app/tree//var/www')}`]: writeManifest({
      files: ['css/site.css'],
      folders: ['css'],
    }),
  }
  const facts = factsOf([[www, builtOf('www', [localFile('css/site.css', 'body {}')])]])
  expect(judged(tree(app, '/var/www', { from: './www' }), answers, facts)).toEqual(fine)
})
