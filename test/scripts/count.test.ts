import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bash } from './bash.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provision-count-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

type Suite = { readonly status: string; readonly tests: readonly string[] }

const report = (success: boolean, ...suites: Suite[]) =>
  JSON.stringify({
    success,
    testResults: suites.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((one) => ({ status: one })),
    })),
  })

const good = report(true, { status: 'passed', tests: ['passed', 'passed', 'skipped'] })

test.each([
  ['all well', 'passed a\npassed b\n', good, '4 passed, 0 failed', 0],
  ['a failed check', 'passed a\nfailed b\n', good, '3 passed, 1 failed', 1],
  [
    'a failed test',
    '',
    report(false, { status: 'failed', tests: ['passed', 'failed'] }),
    '1 passed, 1 failed',
    1,
  ],
  ['a file that does not load', '', report(false, { status: 'failed', tests: [] }), '0 passed, 1 failed', 1],
  [
    'an error outside of all tests',
    '',
    report(false, { status: 'passed', tests: ['passed'] }),
    '1 passed, 1 failed',
    1,
  ],
  ['no report at all', 'passed a\n', undefined, '1 passed, 1 failed', 1],
  ['nothing ran', '', report(true), '0 passed, 0 failed', 1],
])('%s', async (_title, checks, json, line, code) => {
  writeFileSync(join(folder, 'checks'), checks)
  if (json !== undefined) writeFileSync(join(folder, 'unit.json'), json)
  const script = `node scripts/lib/count.mjs sum '${folder}/checks' '${folder}/unit.json'`
  expect(await bash({ script })).toMatchObject({ code, stdout: `${line}\n` })
})

test('what failed is named, with the start of its message, since often only the end of all output is kept', async () => {
  writeFileSync(join(folder, 'checks'), 'passed a\nfailed check:lint\n')
  const assertion = {
    status: 'failed',
    fullName: 'a host that is gone',
    failureMessages: ['expected 1\n  at x'],
  }
  const result = { name: 'test/a.test.ts', status: 'failed', message: '', assertionResults: [assertion] }
  writeFileSync(join(folder, 'unit.json'), JSON.stringify({ success: false, testResults: [result] }))
  const script = `node scripts/lib/count.mjs sum '${folder}/checks' '${folder}/unit.json' '${folder}/e2e.json'`
  const { stdout, stderr } = await bash({ script })
  expect(stdout).toBe('1 passed, 3 failed\n')
  expect(stderr).toBe(
    `failed check:lint
failed test/a.test.ts › a host that is gone
expected 1
  at x
failed ${folder}/e2e.json: vitest left no report
`,
  )
})

test('a kind of test of which none has passed is a failure, however many others have', async () => {
  const suite = (name: string, status: string) => ({
    ...{ name, status: 'passed', message: '', assertionResults: [{ status }] },
  })
  const testResults = [
    suite('/x/test/e2e/a.e2e.test.ts', 'skipped'),
    suite('/x/test/faults/a.fault.test.ts', 'passed'),
    suite('/x/test/a.test.ts', 'passed'),
  ]
  writeFileSync(join(folder, 'checks'), '')
  writeFileSync(join(folder, 'tests.json'), JSON.stringify({ success: true, testResults }))
  const sum = `node scripts/lib/count.mjs sum '${folder}/checks' '${folder}/tests.json' --kinds`
  expect(await bash({ script: `${sum} fault unit` })).toMatchObject({
    code: 0,
    stdout: '2 passed, 0 failed\n',
  })
  expect(await bash({ script: `${sum} e2e fault unit` })).toMatchObject({
    ...{ code: 1, stdout: '2 passed, 1 failed\n', stderr: 'failed e2e: no test of this kind has passed\n' },
  })
})

test('the checks are those of package.json', async () => {
  const { stdout } = await bash({ script: 'node scripts/lib/count.mjs checks' })
  expect(stdout.split('\n')).toEqual(expect.arrayContaining(['check:format', 'check:types', 'check:lint']))
})
