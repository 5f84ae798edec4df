import { expect, it } from 'vitest'
import { tree } from '../../../src/index.ts'
import { app, fileStat, folderStat, judged, localFile, type HostAnswers } from '../../support/judge.ts'
import { facts, manifest, note, to } from '../../support/mirrored-www.ts'

it('puts a folder where it had a file, and a file where it had a folder', () => {
  const isFolderNow = facts(localFile('a/b', 'x'))
  expect(
    judged(
      tree(app, to, { from: './www' }),
      {
        [`stat ${to}`]: folderStat(),
        [`stat ${to}/a`]: fileStat('old'),
        [`read ${note}`]: manifest(['a']),
      },
      isFolderNow,
    ).actions,
  ).toEqual([
    `write ${note} 0600`,
    `delete ${to}/a`,
    `directory ${to}/a 0755`,
    `write ${to}/a/b 0644`,
    `write ${note} 0600`,
  ])
  const isFileNow = facts(localFile('a', 'x'))
  expect(
    judged(
      tree(app, to, { from: './www' }),
      {
        [`stat ${to}`]: folderStat(),
        [`stat ${to}/a`]: folderStat(),
        [`read ${note}`]: manifest(['a/b', 'a/c/d'], ['a', 'a/c']),
        [`inside ${to}/a`]: ['b', 'c'],
      },
      isFileNow,
    ).actions,
  ).toEqual([
    `write ${note} 0600`,
    `delete ${to}/a/b`,
    `delete ${to}/a/c/d`,
    `delete-empty-folder ${to}/a/c`,
    `delete-empty-folder ${to}/a`,
    `write ${to}/a 0644`,
    `write ${note} 0600`,
  ])
})

it.each<[string, string, HostAnswers, string[]]>([
  ['folder', 'a/b', { [`stat ${to}/a`]: folderStat() }, [`write ${to}/a/b 0644`]],
  ['folder, with its file', 'a/b', { [`stat ${to}/a`]: folderStat(), [`stat ${to}/a/b`]: fileStat('x') }, []],
  ['file', 'a', { [`stat ${to}/a`]: fileStat('x') }, []],
  ['way to it, without the former folder', 'a', {}, [`write ${to}/a 0644`]],
])('goes on where a run was killed that had put there the new %s', (_, path, found, actions) => {
  // Both what was there and what is wanted.
  const before = manifest(['a', 'a/b'], ['a'])
  const answers = { [`stat ${to}`]: folderStat(), [`read ${note}`]: before, ...found }
  expect(judged(tree(app, to, { from: './www' }), answers, facts(localFile(path, 'x'))).actions).toEqual([
    ...(actions.length > 0 ? [`write ${note} 0600`] : []),
    ...actions,
    ...(actions.length > 0 ? [] : [`write ${note} 0600`]),
  ])
})

it('stops before anything is deleted where what it did not put there lies in a folder that is a file now', () => {
  const answers = {
    [`stat ${to}`]: folderStat(),
    [`stat ${to}/a`]: folderStat(),
    [`read ${note}`]: manifest(['a/b'], ['a']),
    [`inside ${to}/a`]: ['b', 'log', 'log/today'],
  }
  expect(() => judged(tree(app, to, { from: './www' }), answers, facts(localFile('a', 'x')))).toThrow(
    `app › tree ${to}: ${to}/a is a directory there, not a file, and holds what it did not put there: log, log/today`,
  )
})
