import { expect, it } from 'vitest'
import { nextText, resultText } from '../../src/report/closing.ts'
import { emptyOutcome } from '../../src/report/outcome.ts'
import { uncoloured } from '../../src/report/style.ts'

const finished = { event: 'finished', ok: true, changed: 1, unchanged: 0, failed: 0, durationMs: 1 } as const
const url = 'http://192.168.60.3:7000'

it.each([10, 40, Infinity])('what is clicked or copied is whole on %i columns', (columns) => {
  const commandLine = (...words: readonly string[]) => ['npx provision', ...words, '--env test'].join(' ')
  const look = { style: uncoloured, columns, commandLine }
  const endpoint = { container: 'user', name: 'http', host: '192.168.60.3', port: 7000, url }
  const outcome = { ...emptyOutcome(), command: 'quickstart', endpoints: [endpoint], finished }
  expect(resultText(outcome, look)).toContain(url)
  expect(nextText(outcome, look)).toContain('npx provision logs -f user --env test')
})
