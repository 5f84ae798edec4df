import { expect, test } from 'vitest'
import { noOperation } from '../bench/peers/pyinfra.ts'

const said = (total: string) => ({ stdout: '', stderr: `--> Results:\n${total}\n\n--> Disconnecting`, ms: 1 })

test('a pyinfra that found nothing to do is told from one that did something', () => {
  expect(() => noOperation(said('    Grand total    306     -         -       306   '))).not.toThrow()
})

test.each([
  ['did something', '    Grand total    306     2         -       304   '],
  ['tells no summary', ''],
])('a pyinfra that %s does not pass for one that found nothing to do', (_, total) => {
  expect(() => noOperation(said(total))).toThrow('pyinfra found something to change')
})
