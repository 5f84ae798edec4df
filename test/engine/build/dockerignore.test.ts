import { expect, test } from 'vitest'
import { parseDockerignore } from '../../../src/engine/build/dockerignore.ts'

test.each<[string, string, { out: string[]; in: string[] }]>([
  ['nothing', '', { out: [], in: ['a', '.git/x'] }],
  ['a name at the top', 'a', { out: ['a', 'a/b'], in: ['b/a', 'ab'] }],
  ['a leading and a trailing slash', '/a/', { out: ['a', 'a/b'], in: ['b/a'] }],
  ['dots in a pattern', './x/../a', { out: ['a'], in: ['x/a'] }],
  ['comments and spaces', '# a\n  b  \n\n', { out: ['b'], in: ['a', '# a'] }],
  ['any letters within a folder', '*.log', { out: ['x.log', '.log'], in: ['a/x.log', 'xlog'] }],
  ['one letter', 'a?', { out: ['ab'], in: ['a', 'abc', 'a/'] }],
  ['one folder deep', '*/temp', { out: ['a/temp', 'a/temp/x'], in: ['temp', 'a/b/temp'] }],
  ['any depth', '**/temp', { out: ['temp', 'a/temp', 'a/b/temp/c'], in: ['xtemp', 'a/xtemp'] }],
  ['any depth inside', 'a/**/z', { out: ['a/z', 'a/b/z', 'a/b/c/z'], in: ['z', 'b/z'] }],
  ['all below', 'a/**', { out: ['a/b', 'a/b/c'], in: ['a', 'b'] }],
  ['a set of letters', '[a-c]x', { out: ['ax', 'cx'], in: ['dx'] }],
  ['a set of other letters', '[^a-c]x', { out: ['dx'], in: ['ax'] }],
  ['an escaped letter', '\\*x', { out: ['*x'], in: ['ax'] }],
  [
    'letters that mean something in a regular expression',
    'a.b+(c)$',
    { out: ['a.b+(c)$'], in: ['axb+(c)$'] },
  ],
  ['an exception', '*.md\n!README.md', { out: ['x.md'], in: ['README.md'] }],
  ['the last line decides', '!README.md\n*.md', { out: ['README.md'], in: [] }],
  [
    'an exception below what is out',
    'docs\n!docs/keep',
    { out: ['docs/x'], in: ['docs/keep', 'docs/keep/y'] },
  ],
  ['all out but one', '*\n!src', { out: ['a', '.git/x'], in: ['src', 'src/a'] }],
])('.dockerignore: %s', (_, text, expected) => {
  const ignored = parseDockerignore(text)
  expect({ out: expected.out.filter(ignored), in: expected.in.filter((path) => !ignored(path)) }).toEqual(
    expected,
  )
})

test.each([
  ['letters in the wrong order', '[z-a]', '[z-a]'],
  ['after others', '# a\n\n  !x[9-0] ', '!x[9-0]'],
])('a pattern that Docker does not take: %s', (_, text, pattern) => {
  const line = text.split('\n').length
  const told = { code: 'playbook', message: `ctx/.dockerignore:${line}: ${pattern} is not a pattern` }
  expect(() => parseDockerignore(text, 'ctx/.dockerignore')).toThrow(expect.objectContaining(told))
})

test('a folder that stays out need not be read unless something below it may be wanted', () => {
  expect(parseDockerignore('a\nb').hasExceptions).toBe(false)
  expect(parseDockerignore('a\n!a/b').hasExceptions).toBe(true)
})
