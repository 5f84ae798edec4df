import { expect, it } from 'vitest'
import { nextText, resultText, tallyText } from '../../src/report/closing.ts'
import { emptyOutcome } from '../../src/report/outcome.ts'
import { uncoloured } from '../../src/report/style.ts'

const finished = { event: 'finished', ok: true, changed: 1, unchanged: 0, failed: 0, durationMs: 1 } as const
const url = 'http://192.168.60.3:7000'

it('a run that leaves the rest to the next one is told in one quiet line, and not as done', () => {
  const look = { style: uncoloured, columns: 80, commandLine: () => '' }
  const step = {
    ...{ id: 'web/file/a', host: 'web', kind: 'file', name: '/a', operation: 'update' as const },
    ...{ changes: [{ field: 'mode', from: '644', to: '600' }], needs: [], actions: [], undo: [] },
  }
  const plan = { playbook: 'shop', environment: 'shop', steps: [step] }
  const last = { ...finished, changed: 0, again: true } as const
  const outcome = { ...emptyOutcome(), command: 'refresh', isUnderWay: true, plan, finished: last }
  expect([resultText(outcome, look), nextText(outcome, look), tallyText(outcome, last, look)]).toEqual([
    '',
    '',
    'saved meanwhile: the next run does the rest · 0.0 s',
  ])
})

it.each([10, 40, Infinity])('what is clicked or copied is whole on %i columns', (columns) => {
  const commandLine = (...words: readonly string[]) => ['npx provision', ...words, '--env test'].join(' ')
  const look = { style: uncoloured, columns, commandLine }
  const endpoint = { container: 'user', name: 'http', host: '192.168.60.3', port: 7000, url }
  const outcome = { ...emptyOutcome(), command: 'quickstart', endpoints: [endpoint], finished }
  expect(resultText(outcome, look)).toContain(url)
  expect(nextText(outcome, look)).toContain('npx provision logs -f user --env test')
})

it.each([
  ['plan', /provision refresh\s+carries it out/],
  // Which run it was about is not for us to say.
  ['rollback --plan', /^$/],
])('after %s it is said what carries it out', (command, next) => {
  const commandLine = (...words: readonly string[]) => ['npx provision', ...words].join(' ')
  const look = { style: uncoloured, columns: 80, commandLine }
  const step = {
    ...{ id: 'web/file/a', host: 'web', kind: 'file', name: '/a', operation: 'update' as const },
    ...{ changes: [{ field: 'mode', from: '644', to: '600' }], needs: [], actions: [], undo: [] },
  }
  const plan = { playbook: 'shop', environment: 'shop', steps: [step] }
  const outcome = { ...emptyOutcome(), command, plan, finished }
  expect(resultText(outcome, look)).toBe('~ web › file /a\n    mode: 644 → 600')
  expect(tallyText(outcome, finished, look)).toMatch(/^1 to change · /)
  expect(nextText(outcome, look)).toMatch(next)
})
