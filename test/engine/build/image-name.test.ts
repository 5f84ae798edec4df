import { expect, test } from 'vitest'
import { debianSuite, imageName } from '../../../src/engine/build/image-name.ts'

test.each([
  ['a', 'a:latest'],
  ['a:1', 'a:1'],
  ['a/b', 'a/b:latest'],
  ['library/debian', 'debian:latest'],
  ['host:5000/a', 'host:5000/a:latest'],
  ['host:5000/a:1', 'host:5000/a:1'],
  ['a@sha256:0', 'a@sha256:0'],
  ['a:1@sha256:0', 'a@sha256:0'],
  ['host:5000/a:1@sha256:0', 'host:5000/a@sha256:0'],
  ['host:5000/a@sha256:0', 'host:5000/a@sha256:0'],
])('the name of image %s is %s', (ref, name) => {
  expect(imageName(ref)).toBe(name)
})

test.each([
  ['debian:bookworm', { suite: 'bookworm', slim: false }],
  ['debian:bookworm-slim', { suite: 'bookworm', slim: true }],
  ['library/debian:sid-slim', { suite: 'sid', slim: true }],
  ['debian', undefined],
  ['debian:latest', undefined],
  ['debian:12', undefined],
  ['mine/debian:bookworm', undefined],
  ['debian:bookworm-20250520', undefined],
])('the Debian suite of image %s', (ref, expected) => {
  expect(debianSuite(ref)).toEqual(expected)
})
