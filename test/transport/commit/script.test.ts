import { expect, it } from 'vitest'
import { stagedMode } from '../../../src/transport/commit/script.ts'

it.each([
  [undefined, 0o644],
  [0o755, 0o755],
  [0o400, 0o400],
  [0o4711, 0o711],
  [0o200, 0o600],
  [0, 0o600],
])('a file of mode %s arrives as one that its owner can read', (mode, staged) => {
  expect(stagedMode(mode)).toBe(staged)
})
