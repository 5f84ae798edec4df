import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { changeOf, showChange, type Change } from '../../../src/core/change.ts'
import { isSecret, reveal, secret, secretsIn, showable } from '../../../src/core/secret/index.ts'

const password = secret('hunter2')

describe('a secret', () => {
  it.each<[string, () => string]>([
    ['a template', () => `pw=${String(password)}`],
    ['JSON', () => JSON.stringify({ password, list: [password] })],
    [
      'inspect',
      () => inspect({ deep: { er: { and: { deeper: { password } } } } }, { depth: null, showHidden: true }),
    ],
    ['an error', () => new Error(`bad ${String(password)}`).message],
    ['its own keys', () => [...Object.keys(password), ...Object.entries(password).map(String)].join()],
    ['what a change shows', () => showChange({ field: 'env.KEY', from: undefined, to: showable(password) })],
    ['what a label holds', () => showable(password)],
  ])('does not show in %s', (_, show) => {
    expect(show()).not.toContain('hunter2')
  })

  it('is itself where it leaves for a host', () => {
    expect(reveal(password)).toBe('hunter2')
    expect(reveal('plain')).toBe('plain')
  })

  it('can be told from another one, but not by a list of known digests', () => {
    expect(showable(secret('a'))).toBe(showable(secret('a')))
    expect(showable(secret('a'))).not.toBe(showable(secret('b')))
    expect(showable(secret('a'))).not.toContain('ca978112ca1bbdcafac231b39a23dc4d')
    expect(showable('plain')).toBe('plain')
  })

  it('cannot be changed', () => {
    expect(Object.isFrozen(password)).toBe(true)
  })

  it.each<[string, unknown, boolean]>([
    ['a secret', password, true],
    ['a text', 'hunter2', false],
    ['nothing', null, false],
    ['something like it', { toJSON: () => '[secret]', toString: () => '[secret]' }, false],
  ])('is told apart: %s', (_, value, expected) => {
    expect(isSecret(value)).toBe(expected)
  })

  it('is found however deep', () => {
    const other = secret('b')
    expect(secretsIn({ a: [{ b: password }], c: other, d: 'x', e: null, f: undefined })).toEqual([
      password,
      other,
    ])
  })
})

describe('a change', () => {
  it.each<[Change, string]>([
    [{ field: 'env.PORT', from: '1', to: '2' }, 'env.PORT: 1 → 2'],
    [{ field: 'mode', from: undefined, to: '0644' }, 'mode: none → 0644'],
    [{ field: 'label', from: 'x', to: undefined }, 'label: x → none'],
    [
      { field: 'content', from: 'a', to: 'b', because: ['user.jar', 'User.java'] },
      'content: a → b ← user.jar ← User.java',
    ],
    [{ field: 'env.KEY', from: showable(password), to: 'x' }, 'env.KEY: [secret] → x'],
    [{ field: 'env.A', from: 'secret:santa', to: 'secret:' }, 'env.A: secret:santa → secret:'],
    [{ field: 'text', from: 'a\nb', to: '' }, 'text: a⏎b → '],
    [{ field: 'long', from: undefined, to: 'x'.repeat(61) }, `long: none → ${'x'.repeat(57)}…`],
    [{ field: 'just so', from: undefined, to: undefined, because: ['x'] }, 'just so ← x'],
  ])('%j is shown as one line', (change, line) => {
    expect(showChange(change)).toBe(line)
  })

  it.each<[string, string | undefined, string | undefined, number]>([
    ['equal texts', 'a', 'a', 0],
    ['nothing twice', undefined, undefined, 0],
    ['an empty text and nothing', '', undefined, 1],
    ['other texts', 'a', 'b', 1],
  ])('of %s: %s → %s', (_, from, to, count) => {
    expect(changeOf('x', from, to)).toHaveLength(count)
    expect(changeOf('x', to, from)).toHaveLength(count)
  })
})
