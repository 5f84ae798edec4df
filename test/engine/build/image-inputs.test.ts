import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Image, ImageBuild } from '../../../src/core/build/index.ts'
import { imageInputs } from '../../../src/engine/build/index.ts'
import { declare } from '../../../src/engine/build/image-inputs.ts'
import { fill, temporaryFolder } from '../../support/folder.ts'

const image = (name: string, over: Partial<ImageBuild> = {}): Image => ({
  kind: 'image',
  ref: `${name}:latest`,
  build: { context: name, dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [], ...over },
})

const dockerfiles = (files: Record<string, string>): string =>
  temporaryFolder(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`${name}/Dockerfile`, text])),
  )

const digestOf = (root: string, one: Image, ...among: Image[]) =>
  imageInputs(one, { playbookDir: root, cacheDir: join(root, '../cache') }, among)

test('declared images are found in Dockerfiles, with and without a tag; others are bases', () => {
  const root = dockerfiles({
    jdk: 'FROM debian:bookworm',
    app: 'FROM jdk AS x\nFROM other:1\nCOPY --from=jre:latest a b',
    jre: 'FROM scratch',
  })
  const app = image('app')
  const declared = declare([app, image('jdk'), image('jre')], root)
  expect(declared.needsOf(app).map(({ ref }) => ref)).toEqual(['jdk:latest', 'jre:latest'])
  expect(declared.basesOf(app)).toEqual(['other:1'])
  expect(declared.beginningsOf(app)).toEqual(['other:1 COPY --from=jre:latest a b'])
})

test.each<[string, Record<string, string>, string]>([
  ['an image on itself', { a: 'FROM a' }, 'image a:latest → image a:latest'],
  [
    'two on each other',
    { a: 'FROM b', b: 'FROM a:latest' },
    'image a:latest → image b:latest → image a:latest',
  ],
])('a cycle of Dockerfiles is printed: %s', (_, files, cycle) => {
  const root = dockerfiles(files)
  expect(() =>
    declare(
      Object.keys(files).map((name) => image(name)),
      root,
    ),
  ).toThrow(`in a circle: ${cycle}`)
})

test('a Dockerfile that is missing is named', () => {
  const root = temporaryFolder({ 'a/x': '' })
  expect(() => declare([image('a')], root)).toThrow(
    `image a:latest: there is no Dockerfile at ${root}/a/Dockerfile`,
  )
})

test.each<[string, (root: string) => Promise<unknown>]>([
  ['another file', (root) => (fill(root, { 'a/x': '' }), digestOf(root, image('a')))],
  [
    'another Dockerfile',
    (root) => (fill(root, { 'a/Dockerfile': 'FROM b\nUSER x' }), digestOf(root, image('a'))),
  ],
  ['another argument', (root) => digestOf(root, image('a', { args: { V: '1' } }))],
  ['a target', (root) => digestOf(root, image('a', { target: 'x' }))],
  ['a base that is declared', (root) => digestOf(root, image('a'), image('b'))],
  ['a base that is needed', (root) => digestOf(root, image('a', { needs: [image('b')] }))],
])('the content address changes with %s', async (_, other) => {
  const root = dockerfiles({ a: 'FROM b', b: 'FROM scratch' })
  const before = await digestOf(root, image('a'))
  expect(await digestOf(root, image('a'))).toBe(before)
  expect(await other(root)).not.toBe(before)
})

test('the content address changes with what the base is built from', async () => {
  const root = dockerfiles({ a: 'FROM b', b: 'FROM scratch' })
  const before = await digestOf(root, image('a'), image('b'))
  fill(root, { 'b/Dockerfile': 'FROM scratch\nUSER x' })
  expect(await digestOf(root, image('a'), image('b'))).not.toBe(before)
})
