import { expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { watchText } from '../../src/report/watch-text.ts'

it.each<[event: Event, text: string | undefined]>([
  [{ event: 'watching', files: 1 }, 'watching 1 file'],
  [{ event: 'watching', files: 12 }, 'watching 12 files'],
  [{ event: 'edited', files: ['www/a.html'] }, 'edited: www/a.html'],
  [{ event: 'edited', files: ['a', 'b', 'c'] }, 'edited: a, b, c'],
  [{ event: 'edited', files: ['a', 'b', 'c', 'd', 'e'] }, 'edited: a, b, c and 2 more'],
  [{ event: 'edited', files: ['a\u001b[2Jb'] }, 'edited: a\\x1b[2Jb'],
  [{ event: 'edited', files: ['Icon\r', 'a\r- db', 'a\n- db'] }, 'edited: Icon␍, a␍- db, a⏎- db'],
  [{ event: 'note', level: 'info', text: 'x' }, undefined],
])('%j', (event, text) => {
  expect(watchText(event)).toBe(text)
})
