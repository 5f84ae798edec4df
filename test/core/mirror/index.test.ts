import { describe, expect, it } from 'vitest'
import { tree } from '../../../src/index.ts'
import { digestOf, short } from '../../../src/core/digest.ts'
import { writeManifest } from '../../../src/core/mirror/manifest.ts'
import {
  app,
  builtOf,
  factsOf,
  fileStat,
  fine,
  folderStat,
  judged,
  localFile,
  type HostAnswers,
} from '../../support/judge.ts'
import { manifest, note, to, www } from '../../support/mirrored-www.ts'

const shortOf = (content: string) => short(digestOf(content))
const files = ['css/site.css', 'index.html']
const own = manifest(files)
const whole = manifest(files, ['css'])
const there: HostAnswers = {
  [`stat ${to}`]: folderStat(),
  [`stat ${to}/index.html`]: fileStat('<h1>'),
  [`stat ${to}/css/site.css`]: fileStat('body {}'),
}

describe('a tree with a folder that another resource is about', () => {
  const content = builtOf('www', [localFile('css/site.css', 'body {}'), localFile('index.html', '<h1>')])
  const paths = new Map([['app', [to, `${to}/css`, `${to}-more`]]])
  const facts = { ...factsOf([[www, content]]), paths }

  it.each<[string, HostAnswers, object]>([
    ['asks and says nothing of it', { ...there, [`read ${note}`]: own }, fine],
    [
      'still puts its files there',
      { ...there, [`stat ${to}/css/site.css`]: undefined, [`read ${note}`]: own },
      {
        ...fine,
        operation: 'update',
        changes: [`css/site.css content: none → ${shortOf('body {}')}`],
        actions: [`write ${to}/css/site.css 0644`],
      },
    ],
    [
      'does not remove it where it was its own before',
      { ...there, [`read ${note}`]: whole },
      {
        ...fine,
        operation: 'update',
        changes: [`manifest: ${shortOf(whole)} → ${shortOf(own)}`],
        actions: [`write ${note} 0600`],
      },
    ],
  ])('%s', (_, answers, expected) => {
    expect(judged(tree(app, to, { from: './www' }), answers, facts)).toEqual(expected)
  })
})

it('of a tree that was put there with rights of root nothing is done without them', () => {
  const content = builtOf('www', [localFile('index.html', '<h1>')])
  const answers = { [`read ${note}`]: { keptBy: 'root' } as const }
  expect(() => judged(tree(app, to, { from: './www' }), answers, factsOf([[www, content]]))).toThrow(
    `app › tree ${to}: it was put there with rights of root, which this login has not; what it put there is listed in ${note}`,
  )
})

it('of a tree, inner folders that are left are removed before outer ones', () => {
  const content = builtOf('www', [localFile('css/site.css', 'body {}'), localFile('index.html', '<h1>')])
  const former = writeManifest({ files, folders: ['css', 'js', 'js/lib'] })
  const answers = { ...there, [`stat ${to}/css`]: folderStat(), [`read ${note}`]: former }
  const { actions } = judged(tree(app, to, { from: './www' }), answers, factsOf([[www, content]]))
  expect(actions).toEqual([
    `delete-empty-folder ${to}/js/lib`,
    `delete-empty-folder ${to}/js`,
    `write ${note} 0600`,
  ])
})
