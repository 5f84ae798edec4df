import { describe, expect, it } from 'vitest'
import { artifact, image, type ArtifactOptions, type ImageOptions } from '../../src/index.ts'

const right: ArtifactOptions = { run: ['make'], inputs: ['src/**'], output: 'build/app.jar' }
describe('artifact', () => {
  it('is data with its defaults', () => {
    expect(artifact('app.jar', right)).toEqual({
      kind: 'artifact',
      name: 'app.jar',
      run: ['make'],
      cwd: '.',
      inputs: ['src/**'],
      output: 'build/app.jar',
      env: {},
      in: undefined,
      needs: [],
    })
  })

  it('needs another, and an image needs it', () => {
    const lib = artifact('lib', right)
    const app = artifact('app.jar', { ...right, needs: [lib] })
    expect(app.needs).toEqual([lib])
    expect(image('app', { build: '.', needs: [app] }).build?.needs).toEqual([app])
  })

  it('is built in an image', () => {
    const jdk = image('jdk', { build: './jdk' })
    expect(artifact('app.jar', { ...right, in: jdk, cwd: './services', env: { A: 'b' } })).toMatchObject({
      in: jdk,
      cwd: './services',
      env: { A: 'b' },
    })
  })

  it.each<[string, string, Partial<ArtifactOptions>, RegExp]>([
    ['an empty name', '', {}, /"" cannot be a file name/],
    ['a name with a slash', 'a/b', {}, /"a\/b" cannot be a file name/],
    ['a name that is a folder', '..', {}, /"\.\." cannot be/],
    ['an empty command', 'a', { run: [] }, /artifact a: run: is empty/],
    ['no inputs', 'a', { inputs: [] }, /inputs: is empty/],
    ['an empty input', 'a', { inputs: [''] }, /a pattern is empty/],
    ['an output elsewhere', 'a', { output: '/tmp/a' }, /output: "\/tmp\/a" is not a path inside/],
    ['an output above', 'a', { output: 'x/../../a' }, /output: "x/],
    ['no output', 'a', { output: '' }, /output: ""/],
    ['a NUL', 'a', { run: ['a\0'] }, /run\[0\].*NUL/],
    ['a variable without a name', 'a', { env: { '': 'x' } }, /env: a variable has an empty name/],
  ])('refuses %s', (_, name, options, message) => {
    expect(() => artifact(name, { ...right, ...options })).toThrow(message)
  })
})

describe('image', () => {
  it.each([
    ['debian', 'debian:latest'],
    ['debian:12-slim', 'debian:12-slim'],
    ['hash-collision/jre', 'hash-collision/jre:latest'],
    ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
    ['Host.example/a__b:V1', 'Host.example/a__b:V1'],
    [`debian@sha256:${'a'.repeat(64)}`, `debian@sha256:${'a'.repeat(64)}`],
  ])('%s is %s', (ref, full) => {
    expect(image(ref)).toEqual({ kind: 'image', ref: full, build: undefined })
  })

  it('is built from a folder', () => {
    const base = image('base', { build: './base' })
    expect(image('jre', { build: './jre', args: { V: '17' }, target: 'run', needs: [base] }).build).toEqual({
      context: './jre',
      dockerfile: 'Dockerfile',
      args: { V: '17' },
      target: 'run',
      needs: [base],
    })
  })

  it.each<[string, string, ImageOptions, RegExp]>([
    ['an empty name', '', {}, /Docker does not take this name/],
    ['capitals', 'JRE', {}, /image "JRE": Docker does not take this name/],
    ['a blank', 'a b', {}, /does not take/],
    ['an option', '--help', {}, /does not take/],
    ['an empty tag', 'a:', {}, /does not take/],
    ['a digest that is none', 'a@sha256:12', {}, /does not take/],
    ['a digest of what is built', `a@sha256:${'a'.repeat(64)}`, { build: '.' }, /cannot have a digest/],
    ['arguments without a build', 'a', { args: { A: 'b' } }, /mean nothing without build/],
    ['an argument with "="', 'a', { build: '.', args: { 'A=': 'b' } }, /args: "A="/],
    ['an empty Dockerfile', 'a', { build: '.', dockerfile: '' }, /dockerfile: is empty/],
  ])('refuses %s', (_, ref, options, message) => {
    expect(() => image(ref, options)).toThrow(message)
  })
})
