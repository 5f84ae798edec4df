import { expect, it, test } from 'vitest'
import { isProvisionError, ProvisionError, reasonOf, systemCode, type Subject } from '../../src/core/error.ts'

it.each<[string, Subject | undefined, string]>([
  ['a thing on a host', { host: 'app', name: 'container user' }, 'app › container user: not ready'],
  ['the host as a whole', 'app', 'app: not ready'],
  ['nothing in particular', undefined, 'not ready'],
])('a message begins with what it is about: %s', (_, about, message) => {
  const error = new ProvisionError('ready', 'not ready', { about })
  expect([error.message, error.reason, error.about]).toEqual([message, 'not ready', about])
})

it.each<[string, unknown, boolean]>([
  ['ours', new ProvisionError('host', 'x'), true],
  ['one of another copy of the package', markedAsOurs(), true],
  ['any other', new Error('x'), false],
  ['what only looks like it', { name: 'ProvisionError', code: 'host', message: 'x' }, false],
])('an error is known as ours: %s', (_, error, expected) => {
  expect(isProvisionError(error)).toBe(expected)
})

function markedAsOurs(): Error {
  return Object.assign(new Error('x'), { code: 'host', [Symbol.for('provision.error')]: true })
}

test.each<[string, unknown, string]>([
  ['an error', new Error('broken'), 'broken'],
  ['only the first line of it', new Error('broken\nand more'), 'broken'],
  ['an error without a word, by its name', new TypeError(), 'TypeError'],
  ['several errors', new AggregateError([new Error('a'), new Error('b')], 'both'), 'a; b'],
  ['none of several', new AggregateError([], 'none'), 'none'],
  ['no error at all', 'just a text', 'just a text'],
])('the reason of %s', (_, error, reason) => {
  expect(reasonOf(error)).toBe(reason)
})

test.each<[string, unknown, string | undefined]>([
  ['an error of the system', Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT'],
  ['an error with a number', Object.assign(new Error('x'), { code: 2 }), undefined],
  ['an error without one', new Error('x'), undefined],
  ['no error at all', { code: 'ENOENT' }, undefined],
  ['nothing', undefined, undefined],
])('the code of %s', (_, error, code) => {
  expect(systemCode(error)).toBe(code)
})
