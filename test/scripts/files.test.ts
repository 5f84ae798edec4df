import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bash, root } from './bash.ts'

const list = (folder: string, end = '') =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(end))
    .map((name) => `${folder}/${name}`)

const node = list('boxes/coreos/rootfs/usr/lib/provision')
const commands = list('scripts', '.sh')
const library = list('scripts/lib', '.sh')

test.each([...node, ...commands, ...library, '.ci/run'])('%s is valid for its shell', (file) => {
  const interpreter = node.includes(file) || file === '.ci/run' ? 'sh' : 'bash'
  const { status, stderr } = spawnSync(interpreter, ['-n', file], { cwd: root, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test.each(node)('%s is a strict POSIX script that says what it is for', (file) => {
  expect(readFileSync(join(root, file), 'utf8')).toMatch(/^#!\/bin\/sh\n# .+\n(#.*\n)*set -eu\n/)
})

test.each([...commands, '.ci/run'])('%s can be executed', (file) => {
  expect(() => accessSync(join(root, file), constants.X_OK)).not.toThrow()
})

describe('the commands', () => {
  test.each(['scripts/quickstart.sh', 'scripts/test.sh'])(
    '%s --help explains and does nothing else',
    async (file) => {
      const { code, stdout, stderr } = await bash({ script: `cd /; "$ROOT/${file}" --help` })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(`usage: ${file}`)
    },
  )

  test('test.sh refuses what it does not know', async () => {
    const { code, stderr } = await bash({ script: 'scripts/test.sh --ofline' })
    expect(code).toBe(1)
    expect(stderr).toContain("error: unknown option '--ofline'")
  })
})
