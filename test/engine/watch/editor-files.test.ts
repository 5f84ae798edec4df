import { expect, it } from 'vitest'
import { isEditorFile } from '../../../src/engine/watch/editor-files.ts'

it.each<[name: string, by: string, expected: boolean]>([
  ['.index.html.swp', 'vim', true],
  ['.index.html.swo', 'vim, the second one', true],
  ['index.html~', 'a backup', true],
  ['.#index.html', 'a lock of emacs', true],
  ['#index.html#', 'a copy of emacs', true],
  ['.index.html.kate-swp', 'kate', true],
  ['.~lock.table.ods#', 'LibreOffice', true],
  ['index.html', 'the user', false],
  ['.env', 'the user', false],
  ['.htaccess', 'the user', false],
  ['movie.swp', 'the user', false],
  ['a#b', 'the user', false],
  ['4913', 'the user, or vim for a moment', false],
  ['~', 'the user, oddly', true],
])('%s is by %s', (name, _, expected) => {
  expect(isEditorFile(name)).toBe(expected)
})
