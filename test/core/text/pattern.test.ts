import { expect, test } from 'vitest'
import { compilePattern } from '../../../src/core/text/pattern.ts'

test.each<[string, string, boolean]>([
  ['started', 'it started', true],
  ['{"msg":"started"', '{"msg":"started","ms":7}', true],
  [String.raw`started \- ok`, 'started - ok', true],
  ['}', '{}', true],
  ['in {n} ms', 'in {n} ms', true],
  ['in {n} ms', 'in 5 ms', false],
  [String.raw`^[\w-.]+$`, 'a-b.c', true],
  ['^.$', '🚀', true],
  [String.raw`^\p{Lu}`, 'Ärger', true],
  [String.raw`\u{1F680}`, '🚀', true],
])('%s and %s', (pattern, line, expected) => {
  expect(compilePattern(pattern)?.test(line)).toBe(expected)
})

test.each(['(', '[', '*', 'a**', '(?<n'])('%s is none', (text) => {
  expect(compilePattern(text)).toBeUndefined()
})
