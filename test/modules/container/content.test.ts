import { describe, expect, it } from 'vitest'
import { manifestPath, writeManifest } from '../../../src/core/mirror/manifest.ts'
import type { Remedy } from '../../../src/core/module.ts'
import type { ContainerState } from '../../../src/core/probe.ts'
import { builtOf, fileStat, judge, judged, localFile, scope, type HostAnswers } from '../../support/judge.ts'
import { answersFor, code, named, run, www, type Options } from '../../support/user-container.ts'

const jar: Partial<Options> = { mounts: { '/app/app.jar': code } }
const site: Partial<Options> = { mounts: { '/www': { from: www, restart: true } } }
const note = `stat ${manifestPath(scope, 'app/tree//srv/www')}`
const page = 'stat /srv/www/index.html'
const noteOf = (...files: readonly string[]) => fileStat(writeManifest({ files, folders: [] }))

/** A container that was started again then. */
const restarted: Partial<ContainerState> = { hasEnded: true, startedAt: '2026-01-01T00:00:10.5Z' }
const at = (time: string) => ({ writtenAt: Date.parse(time) })
const before = at('2026-01-01T00:00:10.499Z')
const later = at('2026-01-01T00:00:10.501Z')

describe('a container that was made for the content that is wanted, but may have other', () => {
  it.each<[string, Partial<Options>, Partial<ContainerState>, HostAnswers, string | undefined]>([
    [
      'a file written after it was started again',
      jar,
      restarted,
      { 'stat /srv/user.jar': fileStat('j1', later) },
      'outdated',
    ],
    ['one written before that', jar, restarted, { 'stat /srv/user.jar': fileStat('j1', before) }, undefined],
    [
      'one of a container that has run ever since it was made',
      jar,
      { ...restarted, hasEnded: false },
      { 'stat /srv/user.jar': fileStat('j1', later) },
      undefined,
    ],
    [
      'a page of a folder written after it was started again',
      site,
      restarted,
      { [page]: fileStat('w1', later), [note]: noteOf('index.html') },
      'outdated',
    ],
    [
      'a folder in which files came or went after that',
      site,
      restarted,
      { [page]: fileStat('w1', before), [note]: { ...noteOf('index.html'), ...later } },
      'outdated',
    ],
    ['a page that is another', site, {}, { [page]: fileStat('w2'), [note]: noteOf('index.html') }, 'edited'],
    [
      'a file more in a folder',
      site,
      {},
      { [page]: fileStat('w1'), [note]: noteOf('index.html', 'more.html') },
      'edited',
    ],
    [
      'a folder as it should be',
      site,
      {},
      { [page]: fileStat('w1'), [note]: noteOf('index.html') },
      undefined,
    ],
  ])('%s', (_, options, state, files, told) => {
    const { changes, operation } = judged(named(options), { ...answersFor(options, state), ...files }, run())
    expect(operation).toBe(told === undefined ? 'none' : 'recreate')
    expect(changes).toEqual(
      told === undefined ? [] : [expect.stringMatching(new RegExp(`^mounts\\.\\S+: ${told} /srv/`))],
    )
  })

  it('is only started where it does not run: then it gets what is there', () => {
    const answers = answersFor(jar, { ...restarted, running: false, status: 'exited' })
    expect(
      judged(named(jar), { ...answers, 'stat /srv/user.jar': fileStat('j1', later) }, run()),
    ).toMatchObject({ operation: 'update', changes: ['state: exited → running'] })
  })
})

describe('a former container that is put back', () => {
  const of = (options: Partial<Options>, answers: HostAnswers, versions = {}) =>
    judge(named(options), answers, run(versions)).remedy

  it.each<[string, ReturnType<typeof of>, Remedy['former']]>([
    [
      'where a file was replaced',
      of(jar, answersFor(jar), { jar: 'j2' }),
      [
        {
          target: '/app/app.jar',
          path: '/srv/user.jar',
          digest: builtOf('user.jar', [localFile('', 'j1')]).digest,
        },
      ],
    ],
    [
      'where a folder was',
      of(site, answersFor(site), { www: 'w2' }),
      [{ target: '/www', path: '/srv/www', digest: builtOf('www', [localFile('index.html', 'w1')]).digest }],
    ],
    ['not where only a variable was replaced', of({ ...jar, env: { A: 'b' } }, answersFor(jar)), []],
    ['not where the mount is new', of(jar, answersFor({})), []],
    [
      'where a killed run has left it, and nobody knows',
      of(jar, { 'container user.provision-old': answersFor(jar)['container user'] }),
      [{ target: '/app/app.jar', path: '/srv/user.jar', digest: undefined }],
    ],
  ])('had other content %s', (_, remedy, former) => {
    expect(remedy?.undo).not.toEqual([])
    expect(remedy?.former).toEqual(former)
  })
})
