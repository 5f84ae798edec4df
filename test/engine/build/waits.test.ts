import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import {
  buildId,
  buildNeeds,
  type Artifact,
  type Build,
  type ImageBuild,
} from '../../../src/core/build/index.ts'
import type { Local } from '../../../src/core/build/local.ts'
import { waitsOf } from '../../../src/engine/build/waits.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { artifact } from './artifact-place.ts'

const jar = artifact({ name: 'jar', inputs: ['src/**'], output: 'app/target/app.jar' })
const site = artifact({ name: 'site', inputs: ['src/**'], output: 'dist' })
const reading = (...inputs: string[]): Artifact => artifact({ name: 'reader', inputs, output: 'elsewhere' })
const image = (context: string, over: Partial<ImageBuild> = {}, ref = 'reader'): Build => ({
  kind: 'image',
  ref,
  build: { context, dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [], ...over },
})
const folder = (path: Local): Build => ({ kind: 'folder', path, exclude: [] })

const waiting = async (builds: readonly Build[], of: Build, root: string): Promise<readonly string[]> =>
  ((await waitsOf(builds, root, buildNeeds)).get(buildId(of)) ?? []).map(({ name }) => name)

test.each<[reader: string, made: readonly Artifact[], reader: Build, waits: readonly string[]]>([
  ['an image, whose context holds it', [jar], image('app'), ['jar']],
  ['an image, whose context is the whole folder', [jar, site], image('.'), ['jar', 'site']],
  ['an image, whose context lies in it', [site], image('dist/www'), ['site']],
  ['an image, elsewhere', [jar], image('ap'), []],
  [
    'an image, whose .dockerignore keeps it out',
    [{ ...jar, output: 'ignoring/target/app.jar' }],
    image('ignoring'),
    [],
  ],
  [
    'an image, whose .dockerignore lets in others',
    [{ ...jar, output: 'choosing/target/app.jar' }],
    image('choosing'),
    [],
  ],
  [
    'an image, whose .dockerignore lets it in',
    [{ ...jar, output: 'choosing/in/app.jar' }],
    image('choosing'),
    ['jar'],
  ],
  [
    'an image, whose .dockerignore lets in what may be in it',
    [{ ...site, output: 'choosing/dist' }],
    image('choosing'),
    ['site'],
  ],
  ['an image that is pulled', [jar], { kind: 'image', ref: 'x', build: undefined }, []],
  ['an image that says so', [jar], image('elsewhere', { needs: [jar] }), ['jar']],
  ['a folder that holds it', [jar], folder('app'), ['jar']],
  ['a folder in it', [site], folder('dist/www'), ['site']],
  ['the file itself', [jar], folder('app/target/app.jar'), ['jar']],
  ['a folder elsewhere', [jar], folder('app/targets'), []],
  ['an artifact that names it', [jar], reading('src/**', 'app/target/app.jar'), ['jar']],
  ['an artifact with a pattern for it', [jar], reading('app/*/*.jar'), ['jar']],
  ['an artifact with a folder around it', [jar], reading('app'), ['jar']],
  ['an artifact with a pattern in it', [site], reading('dist/**/*.js'), ['site']],
  ['an artifact from a folder beside', [jar], artifact({ cwd: 'lib', inputs: ['../app/**'] }), ['jar']],
  ['an artifact with another pattern', [jar], reading('app/**/*.java', '*.jar'), []],
  ['an artifact that takes it out again', [jar], reading('app/**', '!app/target/**'), []],
  ['an artifact that takes the folder out', [jar], reading('app/**', '!app/target'), []],
  ['an artifact with a pattern for folders', [jar], reading('*/target', 'src/**'), ['jar']],
  ['an artifact with one of two folders', [jar], reading('{app,lib}'), ['jar']],
  ['an artifact with a pattern by a way round', [jar], reading('lib/../app/*/*.jar'), ['jar']],
  ['an artifact with a pattern for files in it', [site], reading('**/*.js'), ['site']],
  ['an artifact with a pattern of fewer folders', [jar], reading('*/*.jar'), []],
  [
    'an artifact with a pattern for what is made below its sources',
    [{ ...site, output: 'src/proto/made' }],
    reading('src/**/*.ts'),
    ['site'],
  ],
  [
    'an artifact with a pattern for other files of a folder that is there',
    [{ ...site, output: 'made.d' }],
    reading('*/*.ts'),
    ['site'],
  ],
  [
    'an artifact whose pattern escapes',
    [{ ...jar, output: 'app (1)/a[b].jar' }],
    reading('app \\(1\\)/a\\[b\\].jar'),
    ['jar'],
  ],
  [
    'an artifact whose pattern escapes and matches',
    [{ ...jar, output: 'app (1)/a[b].jar' }],
    reading('app \\(1\\)/*\\[b\\].jar'),
    ['jar'],
  ],
  ['an artifact that is built in it', [site], artifact({ cwd: 'dist/www' }), ['site']],
  ['an artifact that says so', [jar], artifact({ needs: [jar] }), ['jar']],
])('%s', async (_, made, reader, waits) => {
  const root = temporaryFolder({
    'ignoring/.dockerignore': 'target',
    'choosing/.dockerignore': '*\n!in\n!dist/*.js',
    'made.d/old.ts': '',
  })
  expect(await waiting([reader, ...made], reader, root)).toEqual(waits)
})

test('a place closes no circle: the image in which an artifact is built does not wait for it', async () => {
  const root = temporaryFolder({})
  const tools = image('.')
  const made = artifact({ name: 'made', in: tools.kind === 'image' ? tools : undefined })
  expect(await waiting([tools, made], tools, root)).toEqual([])
  const [one, two] = ['one', 'two'].map((name, i, both) =>
    artifact({ name, output: name, inputs: [both[1 - i] ?? ''] }),
  )
  if (!one || !two) throw new Error('there are two')
  expect(await waiting([one, two], two, root)).toEqual(['one'])
  expect(await waiting([one, two], one, root)).toEqual([])
})

test('an artifact is not waited for by itself', async () => {
  const root = temporaryFolder({})
  const own = artifact({ name: 'own', inputs: ['**'], output: join('src', 'made') })
  expect(await waiting([own], own, root)).toEqual([])
})

test.each<[how: string, at: (root: string) => string | URL]>([
  ['a URL of a folder', (root) => pathToFileURL(join(root, 'app/'))],
  ['a path that ends with a slash', (root) => `${root}/app/`],
  ['a path that goes up', (root) => `${root}/lib/../app`],
  ['a link to it', () => 'link'],
  ['a link to what is around it', (root) => `${root}/link/../around/app`],
])('a place is met by %s', async (_, at) => {
  const root = temporaryFolder({ 'app/Dockerfile': '', link: { linkTo: 'app' }, around: { linkTo: '.' } })
  for (const reader of [
    folder(at(root)),
    image('', { context: at(root) }),
    artifact({ name: 'reader', cwd: at(root), inputs: ['**'], output: 'elsewhere' }),
  ]) {
    expect(await waiting([reader, jar], reader, root)).toEqual(['jar'])
  }
})

test('a `.dockerignore` that is none keeps nothing out: it is told when the context is read', async () => {
  const root = temporaryFolder({ 'app/.dockerignore': '[z-a]' })
  expect(await waiting([image('app'), jar], image('app'), root)).toEqual(['jar'])
})

test('hundreds of artifacts that may read each other are told apart', async () => {
  const root = temporaryFolder({ '.dockerignore': '*.log' })
  const numbers = Array.from({ length: 200 }, (_, i) => i)
  const made = numbers.map((i) =>
    artifact({ name: `${i}`, inputs: ['**', '!**/*.md', '*.json'], output: `out/${i}.jar` }),
  )
  const images = numbers.map((i) => image('.', {}, `${i}`))
  const waits = await waitsOf([...made, ...images], root, buildNeeds)
  expect(waits.get('image 0')).toHaveLength(200)
  expect([...waits.values()].flat()).toHaveLength(200 * 200 + (200 * 199) / 2)
})
