import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Build } from '../../../src/core/build/index.ts'
import { parseDockerignore } from '../../../src/engine/build/dockerignore.ts'
import { areasOf } from '../../../src/engine/watch/areas.ts'
import { lookAt, type Sources } from '../../../src/engine/watch/look.ts'
import { differences, filesIn } from '../../../src/engine/watch/snapshot.ts'
import { fill, temporaryFolder } from '../../support/folder.ts'

const image = (ref: string, context: string, more = {}): Build => ({
  kind: 'image',
  ref,
  build: { context, dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [], ...more },
})
const jdk = image('jdk:latest', './jdk')

const builds: readonly Build[] = [
  {
    ...{
      kind: 'artifact',
      name: 'app.jar',
      run: ['make'],
      cwd: './services',
      env: {},
      output: 'build/app.jar',
    },
    inputs: ['app/**', '*.sh', '!app/notes/**'],
    in: jdk.kind === 'image' ? jdk : undefined,
    needs: [],
  },
  { kind: 'folder', path: './www', exclude: ['*.map'] },
  { kind: 'folder', path: './motd', exclude: [] },
  image('web:latest', './web'),
  image('far:latest', './far', { dockerfile: '../Farfile' }),
  { kind: 'image', ref: 'pulled:1', build: undefined },
  {
    ...{ kind: 'artifact', name: 'bundle', run: ['make'], cwd: '.', env: {}, in: undefined, needs: [] },
    ...{ inputs: ['bundle/**'], output: 'web/bundle' },
  },
  {
    ...{ kind: 'artifact', name: 'far.jar', run: ['make'], cwd: '.', env: {}, in: undefined, needs: [] },
    ...{ inputs: ['bundle/**'], output: 'by/link/target/far.jar' },
  },
]

const files = {
  'playbook.ts': '',
  'services/app/Main.java': 'x',
  'services/app/notes/plan.txt': 'x',
  'services/build.sh': 'x',
  'services/README.md': 'x',
  'services/build/app.jar': 'x',
  'jdk/Dockerfile': 'FROM scratch',
  'www/index.html': 'x',
  'www/site.map': 'x',
  motd: 'x',
  'web/Dockerfile': 'FROM scratch',
  'web/.dockerignore': 'tmp\n*.log',
  'web/tmp/x': 'x',
  'web/conf/nginx.conf': 'x',
  'web/bundle/app.js': 'x',
  'bundle/app.ts': 'x',
  'far/data': 'x',
  'by/link': { linkTo: '../far' },
  Farfile: 'FROM scratch',
}

/** What a look finds different after something was done in the folder of a playbook. */
async function foundAfter(act: (root: string) => void): Promise<readonly string[]> {
  const root = temporaryFolder(files)
  const sources: Sources = { builds, playbookDir: root, playbookFiles: [join(root, 'playbook.ts')] }
  // A file that was written within the last tick of the clock has a stamp for that look alone.
  await new Promise((resolve) => setTimeout(resolve, 30))
  const before = await lookAt(sources)
  act(root)
  const now = await lookAt(sources)
  return differences(before, now).map((path) => (path.startsWith('/') ? relative(root, path) : path))
}

const write =
  (...names: readonly string[]) =>
  (root: string): void =>
    fill(root, Object.fromEntries(names.map((name) => [name, 'edited'])))

const remove = (name: string) => (root: string) => rmSync(join(root, name), { recursive: true })

describe('a look finds', () => {
  it.each<[title: string, act: (root: string) => void, found: readonly string[]]>([
    ['nothing where nothing was done', () => undefined, []],
    ['an input of an artifact', write('services/app/Main.java'), ['services/app/Main.java']],
    ['a new one, in a new folder', write('services/app/a/b/New.java'), ['services/app/a/b/New.java']],
    ['the last one that is gone', remove('services/app'), ['artifact app.jar']],
    ['the image in which an artifact is built', write('jdk/Dockerfile'), ['jdk/Dockerfile']],
    ['a file of a folder', write('www/index.html'), ['www/index.html']],
    ['a new one, that is empty', (root) => fill(root, { 'www/new': '' }), ['www/new']],
    [
      'one that was renamed',
      (root) => renameSync(join(root, 'www/index.html'), join(root, 'www/i.html')),
      ['www/i.html', 'www/index.html'],
    ],
    [
      'one that was replaced by renaming',
      (root) => {
        write('www/.index.html.tmp-1')(root)
        renameSync(join(root, 'www/.index.html.tmp-1'), join(root, 'www/index.html'))
      },
      ['www/index.html'],
    ],
    ['a folder that is gone', remove('www'), ['www', 'www/index.html']],
    ['a single file', write('motd'), ['motd']],
    ['a file of a build context', write('web/conf/nginx.conf'), ['web/conf/nginx.conf']],
    ['an empty folder of a build context', (root) => mkdirSync(join(root, 'web/empty')), ['web/empty']],
    [
      'where a link of a build context leads to',
      (root) => symlinkSync('conf', join(root, 'web/link')),
      ['web/link'],
    ],
    [
      'what .dockerignore lets in now',
      write('web/.dockerignore'),
      ['web/.dockerignore', 'web/tmp', 'web/tmp/x'],
    ],
    ['a Dockerfile outside of its context', write('Farfile'), ['Farfile']],
    ['a build context that is gone', remove('web'), ['image web:latest']],
    [
      'a folder that cannot be read, and none of the files that nobody touched',
      (root) => symlinkSync('.', join(root, 'www/round')),
      ['folder ./www without *.map'],
    ],
    ['the playbook', write('playbook.ts'), ['playbook.ts']],
    ['a playbook that is gone', remove('playbook.ts'), ['playbook.ts']],
  ])('%s', async (_, act, found) => {
    expect(await foundAfter(act)).toEqual(found)
  })

  it.each<[title: string, act: (root: string) => void]>([
    ['the output of a build', write('services/build/app.jar', 'services/build/classes/Main.class')],
    ['the output of one in the context of an image', write('web/bundle/app.js', 'web/bundle/new/app.js')],
    ['one whose folder is made for it, beyond a link', write('far/target/far.jar')],
    ['what no pattern matches', write('services/README.md', 'services/new.txt')],
    ['what a pattern takes out', write('services/app/notes/plan.txt', 'services/app/notes/new.txt')],
    ['what a folder excludes', write('www/site.map')],
    ['what .dockerignore leaves out', write('web/tmp/x', 'web/tmp/y', 'web/error.log')],
    ['what is not declared', write('notes.txt', 'other/file')],
    ['the folder of our own state', write('www/.provision/cache/digests.json', '.provision/x')],
    [
      'swap, lock and backup files of editors',
      (root) => {
        write('www/.index.html.swp', 'www/index.html~', 'services/app/#Main.java#')(root)
        symlinkSync('user@host.123:456', join(root, 'www/.#index.html'))
      },
    ],
    [
      'a file that comes and goes',
      (root) => {
        write('www/4913')(root)
        rmSync(join(root, 'www/4913'))
      },
    ],
  ])('not %s', async (_, act) => {
    expect(await foundAfter(act)).toEqual([])
  })
})

describe('looks', () => {
  it('go on when two builds of one name differ, which a run refuses', async () => {
    const root = temporaryFolder({ 'one/Dockerfile': 'FROM scratch', 'two/Dockerfile': 'FROM scratch' })
    const sources: Sources = {
      builds: [image('a:1', './one'), image('b:1', './two', { needs: [image('a:1', './two')] })],
      ...{ playbookDir: root, playbookFiles: [] },
    }
    expect(filesIn(await lookAt(sources))).toBe(2)
    expect(areasOf(sources, () => parseDockerignore('')).length).toBeGreaterThan(0)
  })

  it('count files, and no folders', async () => {
    const root = temporaryFolder({ 'web/Dockerfile': 'FROM scratch', 'web/a/b/file': 'x' })
    const look = await lookAt({ builds: [image('web', './web')], playbookDir: root, playbookFiles: [] })
    const part = look.get('image web')
    expect([part && 'stamps' in part && part.stamps.size, filesIn(look)]).toEqual([4, 2])
  })

  it('go on where a part cannot be read, and tell when it can be again', async () => {
    const root = temporaryFolder({ 'www/index.html': 'x' })
    const sources: Sources = { builds, playbookDir: root, playbookFiles: [] }
    const before = await lookAt(sources)
    const part = before.get('image web:latest')
    expect([filesIn(before), part && 'unreadable' in part]).toEqual([1, true])
    fill(root, { 'web/Dockerfile': 'FROM scratch' })
    expect(differences(before, await lookAt(sources))).toContain('image web:latest')
  })
})
