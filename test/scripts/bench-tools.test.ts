import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bash } from './bash.ts'

const attempt = async (command: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-tools-'))
  try {
    const script = `source scripts/lib/bench-tools.sh; _bench_tools=$FOLDER
      bench_attempt snail ${command} || :; echo "going on"`
    const ran = await bash({ source: 'scripts/lib/setup.sh', script, env: { FOLDER: folder } })
    return { ...ran, missing: await readFile(join(folder, 'snail.missing'), 'utf8').catch(() => undefined) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('a tool that can be installed leaves nothing to say', async () => {
  expect(await attempt('true')).toMatchObject({
    code: 0,
    stdout: 'going on\n',
    stderr: '',
    missing: undefined,
  })
})

test.each([
  ['the last line of what was said', "sh -c 'echo first; echo no network >&2; exit 1'", 'no network\n'],
  [
    'an error of ours, not its help',
    'eval \'(die "no such package" "look elsewhere")\'',
    'error: no such package\n',
  ],
])('one that cannot be installed is no obstacle, and its row tells why: %s', async (_, command, missing) => {
  const ran = await attempt(command)
  expect(ran).toMatchObject({ code: 0, stdout: 'going on\n', missing })
  expect(ran.stderr).toContain(`snail cannot be installed, its rows will say so: ${missing.trim()}`)
})
