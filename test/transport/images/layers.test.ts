import { expect, test } from 'vitest'
import { sharedLayers, splitRef } from '../../../src/transport/images/layers.ts'

test.each<[string, string[], string[][], number]>([
  ['an engine without images', ['a', 'b'], [], 0],
  ['only the base', ['a', 'b', 'c'], [['a', 'x']], 1],
  ['the longest of several', ['a', 'b', 'c'], [['a'], ['a', 'b', 'x'], ['x']], 2],
  ['all of them', ['a', 'b'], [['a', 'b', 'c']], 2],
  ['the same layers in another order', ['a', 'b'], [['b', 'a']], 0],
  ['a layer in the middle of another image', ['b', 'c'], [['a', 'b', 'c']], 0],
  ['one layer from here and one from there', ['a', 'b'], [['a'], ['x', 'b']], 1],
  ['an image without layers', [], [['a']], 0],
])('shared layers: %s', (_, layers, images, expected) => {
  expect(sharedLayers(layers, images)).toBe(expected)
})

test.each([
  ['app:1', { repo: 'app', tag: '1' }],
  ['app', { repo: 'app', tag: 'latest' }],
  ['team/app:1.2', { repo: 'team/app', tag: '1.2' }],
  ['localhost:5000/app', { repo: 'localhost:5000/app', tag: 'latest' }],
  ['localhost:5000/app:2', { repo: 'localhost:5000/app', tag: '2' }],
])('repository and tag of %s', (ref, expected) => {
  expect(splitRef(ref)).toEqual(expected)
})
