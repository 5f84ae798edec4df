import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bash, root } from './bash.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provision-scripts-'))
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true })
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const checked = async (scripts: Readonly<Record<string, string>>) => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }))
  const { stdout, stderr } = await bash({
    source: 'scripts/lib/say.sh',
    cwd: folder,
    script: `source scripts/lib/checks.sh; mkdir results; all_checks results; sort results/checks`,
  })
  return { verdicts: stdout.trim().split('\n'), told: stderr }
}

test('each check has its verdict, and one that fails keeps none from being run', async () => {
  const { verdicts } = await checked({
    'check:a': 'exit 3',
    'check:b': 'true',
    'check:c': 'sleep 0.3; false',
    'check:d': 'true',
    other: 'false',
  })
  expect(verdicts).toEqual(['failed check:a', 'failed check:c', 'passed check:b', 'passed check:d'])
})

test('two run at once, a third when one of them is over; what one says stays together', async () => {
  const { verdicts, told } = await checked({
    'check:a':
      'until [ -e b ]; do sleep 0.02; done; echo one of a; touch a; until [ -e c ]; do sleep 0.02; done; echo two of a >&2',
    'check:b': 'touch b; until [ -e a ]; do sleep 0.02; done; echo one of b; test ! -e c; echo two of b',
    'check:c': 'touch c; echo one of c',
  })
  expect(verdicts).toEqual(['passed check:a', 'passed check:b', 'passed check:c'])
  for (const name of ['a', 'b'])
    expect(told).toContain(`passed: npm run check:${name}\none of ${name}\ntwo of ${name}\n`)
})
