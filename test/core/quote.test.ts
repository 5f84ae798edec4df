import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote, quoteAll } from '../../src/core/quote.ts'

/** What a real shell makes of a command line, word by word. */
const wordsOf = (line: string): string[] => {
  const output = execFileSync('sh', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`], {
    env: { PATH: process.env['PATH'], HOME: '/home/x', IFS: 'abc' },
  })
  return output.toString().split('\0').slice(0, -1)
}

describe('quote', () => {
  it.each([
    ['plain', 'plain'],
    ['/usr/bin/x-y_z.1:2,3@4%5+6', '/usr/bin/x-y_z.1:2,3@4%5+6'],
    ['--a=b', '--a=b'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", `'it'\\''s'`],
    ['~', "'~'"],
    ['A=b', 'A=b'],
    ['=b', "'=b'"],
    ['#', "'#'"],
    ['$HOME', "'$HOME'"],
    ['é', "'é'"],
    ['a\nb', "'a\nb'"],
  ])('%j is %s', (word, quoted) => {
    expect(quote(word)).toBe(quoted)
  })

  it.each([
    ['words of the shell', ['if', 'then', '!', '{', '}', '[[', 'for']],
    ['patterns', ['*', '?', '[a-z]', '/*', '{a,b}', '~root', '!(x)']],
    ['expansions', ['$HOME', '${HOME}', '$(id)', '`id`', '$((1+1))', '$$', '$', '\\$HOME']],
    ['quotes', ["'", '"', `'"'"'`, "''", '\\', '\\\\', "\\'", "a'b'c"]],
    ['operators', [';', '&', '&&', '|', '<', '>', '(', ')', '\n', '\r\n', ' ', '\t', '#x', 'a#b']],
    ['empty words', ['', '', '']],
    ['options', ['-n', '--', '-e', '--help']],
    ['letters of the world', ['grüße', '日本語', '☕', '👩‍👩‍👧', '\u202e', '\u00a0', '\ufeff']],
    ['control characters', ['\u0001', '\u0007', '\u001b[31m', '\u007f', '\u0080']],
  ])('%s arrive in a shell as they are', (_, words) => {
    expect(wordsOf(quoteAll(words))).toEqual(words)
  })

  it('lets any text but NUL arrive in a shell as it is', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'))
    const nasty = fc.string({
      unit: fc.constantFrom(...Array.from(`'"\\$\`!*?[]{}()<>|&;#~=%^ \t\n\rab`)),
      maxLength: 20,
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(word, nasty), { minLength: 1, maxLength: 30 }), (words) => {
        expect(wordsOf(quoteAll(words))).toEqual(words)
      }),
      { numRuns: 150 },
    )
  })

  it.each(['\0', 'a\0b'])('refuses %j, which no process can be given', (word) => {
    expect(() => quote(word)).toThrow(/NUL/)
  })
})
