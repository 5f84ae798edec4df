import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Artifact, Build } from '../../../src/core/build/index.ts'
import { parseDockerignore } from '../../../src/engine/build/dockerignore.ts'
import { areasOf } from '../../../src/engine/watch/areas.ts'

const playbookDir = '/p'

const artifact = (inputs: readonly string[], more: Partial<Artifact> = {}): Artifact => ({
  ...{ kind: 'artifact', name: 'a', run: ['make'], cwd: './code', inputs, output: 'out/a.jar' },
  ...{ env: {}, in: undefined, needs: [] },
  ...more,
})
const image = (more = {}): Build => ({
  kind: 'image',
  ref: 'i:1',
  build: { context: './ctx', dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [], ...more },
})

function areas(build: Build, dockerignore = '') {
  const sources = { builds: [build], playbookDir, playbookFiles: [] }
  return areasOf(sources, () => parseDockerignore(dockerignore))
}

describe('what is listened to', () => {
  it.each<[title: string, build: Build, expected: readonly string[]]>([
    ['all below a pattern', artifact(['src/**']), ['/p/code', '/p/code/src …']],
    ['all below a folder', artifact(['src']), ['/p/code', '/p/code/src …']],
    ['all below a pattern for one kind of file', artifact(['src/**/*.java']), ['/p/code', '/p/code/src …']],
    ['all below one of two folders', artifact(['{app,lib}']), ['/p', '/p/code …']],
    ['all below a folder whose name is escaped', artifact(['a \\(1\\)/**']), ['/p/code', '/p/code/a (1) …']],
    ['one folder for a pattern in it', artifact(['*.json']), ['/p', '/p/code']],
    ['the folder around a file', artifact(['conf/app.json']), ['/p/code/conf', '/p/code/conf/app.json …']],
    ['what lies beside the working folder', artifact(['../common/**']), ['/p', '/p/common …']],
    [
      'the image in which it is built',
      artifact(['*.c'], { in: { kind: 'image', ref: 'gcc', build: undefined } }),
      ['/p', '/p/code'],
    ],
    ['a folder', { kind: 'folder', path: './www', exclude: [] }, ['/p', '/p/www …']],
    [
      'a folder by its URL',
      { kind: 'folder', path: new URL('file:///q/www'), exclude: [] },
      ['/q', '/q/www …'],
    ],
    ['a build context', image(), ['/p', '/p/ctx', '/p/ctx …']],
    ['a Dockerfile elsewhere', image({ dockerfile: '../files/D' }), ['/p', '/p/ctx …', '/p/files']],
    ['nothing of an image that is pulled', { kind: 'image', ref: 'i:1', build: undefined }, []],
  ])('%s', (_, build, expected) => {
    const found = areas(build).map(({ root, depth }) => (depth === 'deep' ? `${root} …` : root))
    expect([...new Set(found)].sort()).toEqual(expected)
  })

  it('the folders of the files of the playbook', () => {
    const playbookFiles = ['/p/playbook.ts', '/p/parts/web.ts', '/boxes/b/box.ts']
    const found = areasOf({ builds: [], playbookDir, playbookFiles }, () => parseDockerignore(''))
    expect(found.map(({ root, depth }) => [root, depth])).toEqual([
      ['/p', 'flat'],
      ['/p/parts', 'flat'],
      ['/boxes/b', 'flat'],
    ])
  })
})

describe('what is not listened to', () => {
  it.each<[title: string, build: Build, dockerignore: string, folder: string, isOut: boolean]>([
    ['what a pattern takes out', artifact(['**', '!node_modules/**']), '', 'code/node_modules', true],
    ['what lies deeper in it', artifact(['**', '!node_modules/**']), '', 'code/node_modules/x/y', true],
    ['only that', artifact(['**', '!node_modules/**']), '', 'code/src', false],
    ['the output', artifact(['**'], { output: 'dist' }), '', 'code/dist', true],
    ['what a folder excludes', { kind: 'folder', path: './www', exclude: ['maps'] }, '', 'www/maps', true],
    ['only that', { kind: 'folder', path: './www', exclude: ['maps'] }, '', 'www/css', false],
    ['what .dockerignore leaves out', image(), 'node_modules', 'ctx/node_modules', true],
    ['but where it has exceptions', image(), 'a\n!a/b', 'ctx/a', false],
  ])('%s', (_, build, dockerignore, folder, isOut) => {
    const deep = areas(build, dockerignore).filter(({ depth }) => depth === 'deep')
    expect(deep.map((area) => area.isOut(join(playbookDir, folder)))).toEqual([isOut])
  })
})
