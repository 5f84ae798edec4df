import { describe, expect, it } from 'vitest'
import { cleanLine, displayWidth, padEnd, truncate } from '../../src/report/width.ts'

const red = (text: string) => `\u001b[31m${text}\u001b[39m`

describe('displayWidth', () => {
  it.each([
    ['nothing', '', 0],
    ['letters', 'abc', 3],
    ['umlauts', 'äöü', 3],
    ['a combining accent', 'e\u0301', 1],
    ['Japanese', '日本', 4],
    ['Korean', '한', 2],
    ['full-width letters', 'ＡＢ', 4],
    ['a picture', '🚀', 2],
    ['a sign that is drawn narrow', '✔', 1],
    ['colours', red('abc'), 3],
    ['a link', '\u001b]8;;http://x\u0007abc\u001b]8;;\u0007', 3],
    ['a zero-width space', 'a\u200bb', 2],
  ])('counts %s', (_, text, width) => expect(displayWidth(text)).toBe(width))
})

describe('cleanLine', () => {
  it.each([
    ['what was written over', '10 %\r20 %\r100 %', '100 %'],
    ['the return of a line from Windows', 'abc\r', 'abc'],
    ['colours', red('abc'), 'abc'],
    ['movements of the cursor', '\u001b[2K\u001b[1Gabc\u001b[5D', 'abc'],
    ['a title', '\u001b]0;gone\u0007abc', 'abc'],
    ['a bell and a backspace', 'a\u0007b\u0008', 'ab'],
    ['tabs, which are as wide as they like', 'a\tb', 'a  b'],
    ['spaces at the end', 'abc  ', 'abc'],
    ['8-bit sequences', '\u009b31mabc', 'abc'],
  ])('removes %s', (_, text, clean) => expect(cleanLine(text)).toBe(clean))
})

describe('truncate', () => {
  it.each([
    ['a text that fits', 'abc', 3, 'abc'],
    ['one that does not', 'abcd', 3, 'ab…'],
    ['a wide letter that would stick out', '日本語', 4, '日…'],
    ['no room at all', 'abc', 0, ''],
    ['room for the sign only', 'abc', 1, '…'],
    ['colours, which are closed', red('abcd'), 3, '\u001b[31mab…\u001b[0m'],
    ['a column that is never reached', 'abc', Infinity, 'abc'],
  ])('handles %s', (_, text, columns, cut) => expect(truncate(text, columns)).toBe(cut))

  it('never gets wider than it may', () => {
    const text = `a日${red('b本🚀')}c e\u0301 語`
    for (let columns = 0; columns < 20; columns++) {
      expect(displayWidth(truncate(text, columns))).toBeLessThanOrEqual(columns)
    }
  })
})

it('padEnd counts columns, not characters', () => expect(padEnd('日', 4)).toBe('日  '))
