import { describe, expect, it } from 'vitest'
import { directory, volume } from '../../../src/index.ts'
import { short } from '../../../src/core/digest.ts'
import { manifestPath } from '../../../src/core/mirror/manifest.ts'
import type { ContainerState, Stat } from '../../../src/core/probe.ts'
import { app, builtOf, folderStat, judged, localFile, scope } from '../../support/judge.ts'
import { answersFor, code, named, pathsThere, run, www, type Options } from '../../support/user-container.ts'

type Mounts = NonNullable<Options['mounts']>

describe('what is lost on the host', () => {
  const unwatched: Mounts = { '/app.jar': { from: code, restart: false } }
  const file: Mounts = { '/app/app.jar': code }
  const spool: Mounts = { '/spool': directory(app, '/srv/spool') }
  const standIn = folderStat({ isEmpty: true })
  const there = `${short(builtOf('', [localFile('', 'j1')]).digest)} /srv/user.jar:ro`

  it.each<[string, Mounts, string, Stat | undefined, string]>([
    [
      'a file',
      file,
      '/srv/user.jar',
      undefined,
      `mounts./app/app.jar: gone /srv/user.jar:ro → ${there} ← user.jar`,
    ],
    [
      'a file with a folder in its place',
      file,
      '/srv/user.jar',
      standIn,
      `mounts./app/app.jar: gone /srv/user.jar:ro → ${there} ← user.jar`,
    ],
    ['a tree', { '/www': www }, '/srv/www', undefined, 'mounts./www: gone /srv/www:ro → /srv/www:ro'],
    ['a folder', spool, '/srv/spool', undefined, 'mounts./spool: gone /srv/spool → /srv/spool'],
  ])('recreates a container that runs with it, and needs no more than a start otherwise: %s', (...row) => {
    const [, mounts, path, stat, change] = row
    const lost = (rest: Partial<ContainerState>) =>
      judged(named({ mounts }), { ...answersFor({ mounts }, rest), [`stat ${path}`]: stat }, run())
    expect(lost({})).toMatchObject({ changes: [change], operation: 'recreate' })
    expect(lost({ running: false, status: 'exited' })).toMatchObject({
      changes: ['state: exited → running'],
      operation: 'update',
    })
  })

  it.each<[string, Mounts, Mounts, readonly string[]]>([
    ['a file whose changes do not matter', unwatched, unwatched, []],
    ['what it does not mount yet', { '/www': '/old' }, { '/www': www }, ['mounts./www: /old → /srv/www:ro']],
  ])('does not show where it is %s', (_, before, after, changes) => {
    const paths = {
      ...pathsThere(named({ mounts: before })),
      ...pathsThere(named({ mounts: after })),
    }
    const lost = Object.fromEntries(Object.keys(paths).map((title) => [title, undefined]))
    const found = judged(named({ mounts: after }), { ...answersFor({ mounts: before }), ...lost }, run())
    expect(found.changes).toEqual(changes)
  })

  it.each<[string, Mounts, string[]]>([
    ['a file', { '/app/app.jar': code }, ['/srv/user.jar']],
    [
      'a file whose changes do not matter',
      { '/app/app.jar': { from: code, restart: false } },
      ['/srv/user.jar'],
    ],
    ['a folder', { '/www': www }, ['/srv/www']],
    [
      'a folder whose changes matter, and the note of its files',
      { '/www': { from: www, restart: true } },
      ['/srv/www/index.html', manifestPath(scope, 'app/tree//srv/www'), '/srv/www'],
    ],
    ['what is there anyway, and a volume', { '/etc': '/etc', '/data': volume(app, 'data') }, []],
  ])('is looked for in what is mounted: %s', (_, mounts, expected) => {
    const { probes } = named({ mounts }).bind(run())
    const paths = probes.flatMap((probe) => (probe.ask === 'stat' ? [probe.path] : []))
    expect([...new Set(paths)]).toEqual(expected)
  })
})
