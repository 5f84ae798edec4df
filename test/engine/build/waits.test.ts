import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildId, buildNeeds, type Artifact, type Build, type ImageBuild } from '../../../src/core/build.ts'
import { waitsOf } from '../../../src/engine/build/waits.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { artifact } from './artifact-place.ts'

const jar = artifact({ name: 'jar', inputs: ['src/**'], output: 'app/target/app.jar' })
const site = artifact({ name: 'site', inputs: ['src/**'], output: 'dist' })
const reading = (...inputs: string[]): Artifact => artifact({ name: 'reader', inputs, output: 'elsewhere' })
const image = (context: string, over: Partial<ImageBuild> = {}): Build => ({
  kind: 'image',
  ref: 'reader',
  build: { context, dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [], ...over },
})
const folder = (path: string): Build => ({ kind: 'folder', path, exclude: [] })

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
  ['an artifact that says so', [jar], artifact({ needs: [jar] }), ['jar']],
])('%s', async (_, made, reader, waits) => {
  const root = temporaryFolder({ 'ignoring/.dockerignore': 'target' })
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
