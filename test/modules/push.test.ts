import { describe, expect, it } from 'vitest'
import { artifact, push, type PushOptions } from '../../src/index.ts'
import { digestOf, short } from '../../src/core/digest.ts'
import { manifestPath, writeManifest } from '../../src/core/mirror/manifest.ts'
import { resolve } from '../../src/core/ref.ts'
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

const jar = artifact('user.jar', { run: ['./build.sh'], inputs: ['**'], output: 'build/user.jar' })
const to = '/srv/user.jar'
const built = (content: string, changed: readonly string[] = []) =>
  builtOf('user.jar', [localFile('', content)], changed)
const shortOf = (content: string) => short(digestOf(content))

describe('push of a single file', () => {
  const options: PushOptions = { to }
  it.each<[string, PushOptions, ReturnType<typeof built>, HostAnswers, object]>([
    ['is as it should be', options, built('v1'), { [`stat ${to}`]: fileStat('v1') }, fine],
    [
      'is missing',
      options,
      built('v1', ['User.java']),
      {},
      {
        ...fine,
        operation: 'create',
        changes: [`content: none → ${shortOf('v1')}`],
        actions: [`write ${to} 0644`],
      },
    ],
    [
      'was rebuilt because of a source',
      options,
      built('v2', ['services/user/User.java']),
      { [`stat ${to}`]: fileStat('v1') },
      {
        ...fine,
        operation: 'update',
        changes: [`content: ${shortOf('v1')} → ${shortOf('v2')} ← user.jar ← services/user/User.java`],
        actions: [`write ${to} 0644`],
      },
    ],
    [
      'was rebuilt because of several',
      options,
      built('v2', ['A.java', 'B.java', 'C.java']),
      { [`stat ${to}`]: fileStat('v1') },
      {
        ...fine,
        operation: 'update',
        changes: [`content: ${shortOf('v1')} → ${shortOf('v2')} ← user.jar ← A.java and 2 more`],
        actions: [`write ${to} 0644`],
      },
    ],
    [
      'was edited on the host',
      options,
      built('v1'),
      { [`stat ${to}`]: fileStat('evil') },
      {
        ...fine,
        operation: 'update',
        changes: [`content: ${shortOf('evil')} → ${shortOf('v1')} ← user.jar`],
        actions: [`write ${to} 0644`],
      },
    ],
    [
      'has another mode',
      { to, mode: 0o600 },
      built('v1'),
      { [`stat ${to}`]: fileStat('v1') },
      { ...fine, operation: 'update', changes: ['mode: 0644 → 0600'], actions: [`permit ${to} 0600`] },
    ],
  ])('%s', (_, props, result, answers, expected) => {
    expect(judged(push(app, jar, props), answers, factsOf([[jar, result]]))).toEqual(expected)
  })

  it('stops at a folder in its place', () => {
    const facts = factsOf([[jar, built('v1')]])
    expect(() => judged(push(app, jar, { to }), { [`stat ${to}`]: folderStat() }, facts)).toThrow(
      /app › push \/srv\/user\.jar: .* is a directory there/,
    )
  })

  it('tells a container what it mounts', () => {
    const facts = factsOf([[jar, built('v1', ['User.java'])]])
    expect(resolve(push(app, jar, { to }).mounted, facts)).toEqual({
      source: to,
      writable: false,
      content: {
        type: 'file',
        digest: built('v1').digest,
        file: digestOf('v1'),
        because: ['user.jar', 'User.java'],
      },
    })
  })
})

describe('push of a folder', () => {
  const site = artifact('site', { run: ['make'], inputs: ['**'], output: 'out' })
  const facts = factsOf([[site, builtOf('site', [localFile('a.js', 'a')], ['a.ts'])]])
  const note = manifestPath(scope, 'app/push//srv/site')

  it('is mirrored: only what it put there is deleted', () => {
    const answers = {
      'stat /srv/site': folderStat(),
      'stat /srv/site/a.js': fileStat('old'),
      [`read ${note}`]: writeManifest({ files: ['a.js', 'gone.js'], folders: [] }),
    }
    expect(judged(push(app, site, { to: '/srv/site' }), answers, facts)).toEqual({
      ...fine,
      operation: 'update',
      changes: [
        `a.js content: ${shortOf('old')} → ${shortOf('a')} ← site ← a.ts`,
        'gone.js content: put there before → none',
      ],
      actions: ['write /srv/site/a.js 0644', 'delete /srv/site/gone.js', `write ${note} 0600`],
    })
  })
})

it.each<[string, PushOptions, RegExp]>([
  ['a relative path', { to: 'srv' }, /to: "srv" is not an absolute path/],
  ['an odd owner', { to: '/srv', owner: '' }, /owner: ""/],
  ['an owner and a group in one', { to: '/srv', owner: '1000:1000' }, /owner: "1000:1000"/],
])('push refuses %s', (_, options, problem) => {
  expect(push(app, jar, options).problem).toMatch(problem)
})
