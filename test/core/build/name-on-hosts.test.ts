import { expect, test } from 'vitest'
import { nameOnHosts } from '../../../src/core/build/name-on-hosts.ts'

const hex = '0123456789abcdef'.repeat(4)

test.each([
  ['jre:latest', 'jre:latest'],
  ['team/app:1.2', 'team/app:1.2'],
  ['localhost:5000/app:2', 'localhost:5000/app:2'],
  [`app@sha256:${hex}`, `app:sha256-${hex}`],
  [`app:1.2@sha256:${hex}`, `app:sha256-${hex}`],
  [`localhost:5000/team/app@sha256:${hex}`, `localhost:5000/team/app:sha256-${hex}`],
  [`localhost:5000/team/app:1@sha256:${hex}`, `localhost:5000/team/app:sha256-${hex}`],
])('image %s is on hosts as %s', (ref, name) => {
  expect(nameOnHosts(ref)).toBe(name)
})
