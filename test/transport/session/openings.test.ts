import { expect, it } from 'vitest'
import { openWithNext, type Early } from '../../../src/transport/session/openings.ts'

it.each<[string, boolean, readonly Early[]]>([
  ['the session of the next script is opened with that of the first', false, [{ sessions: 2 }]],
  ['where sshd has refused one before, none is opened that would lie idle', true, []],
])('%s', (_, isTight, opened) => {
  const asked: Early[] = []
  openWithNext({ openings: { openAhead: (early) => void asked.push(early) }, isTight: () => isTight })
  expect(asked).toEqual(opened)
})
