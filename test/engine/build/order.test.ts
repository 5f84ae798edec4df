import { describe, expect, it } from 'vitest'
import { buildNeeds, type Artifact, type Image } from '../../../src/core/build/index.ts'
import { closureOf, refuseCycle } from '../../../src/engine/build/order.ts'

const image = (ref: string, needs: readonly Image[] = []): Image => ({
  kind: 'image',
  ref,
  build: { context: ref, dockerfile: 'Dockerfile', args: {}, target: undefined, needs },
})
const artifact = (name: string, builder?: Image): Artifact => ({
  kind: 'artifact',
  name,
  run: ['make'],
  cwd: '.',
  inputs: ['*'],
  output: 'out',
  env: {},
  in: builder,
  needs: [],
})

describe('all that builds need', () => {
  it('is found at any depth, each once', () => {
    const base = image('base')
    const jdk = image('jdk', [base])
    const all = closureOf([artifact('a', jdk), artifact('b', jdk), base], buildNeeds)
    expect([...all.keys()].sort()).toEqual(['artifact a', 'artifact b', 'image base', 'image jdk'])
  })

  it('takes two equal declarations for one', () => {
    expect(closureOf([image('a'), image('a')], buildNeeds).size).toBe(1)
  })

  it('refuses two that differ', () => {
    const other = { ...image('a'), build: undefined }
    expect(() => closureOf([image('a'), other], buildNeeds)).toThrow(
      'image a is declared twice, in different ways',
    )
  })
})

describe('a cycle of builds', () => {
  const edges = (graph: Record<string, string[]>) => () =>
    refuseCycle(Object.keys(graph), (id) => graph[id] ?? [])

  it.each<[string, Record<string, string[]>, string]>([
    ['of one', { a: ['a'] }, 'a → a'],
    ['of two', { a: ['b'], b: ['a'] }, 'a → b → a'],
    ['behind something else', { x: ['a'], a: ['b'], b: ['c'], c: ['a'] }, 'a → b → c → a'],
  ])('%s is printed', (_, graph, cycle) => {
    expect(edges(graph)).toThrow(`in a circle: ${cycle}`)
  })

  it('is not seen where two ways lead to one', () => {
    expect(edges({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).not.toThrow()
  })
})
