import { execFileSync } from 'node:child_process'
import { openSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { effort, tally } from '../support/faults.ts'
import { temporaryFolder } from '../support/folder.ts'

const { points } = effort()
const playbook = `import { defineBox, definePlaybook } from 'provision'
export default definePlaybook({ name: 'p', box: defineBox({ name: 'b', build: '.' }), hosts: ['web'], resources: () => [] })`
let tried = 0

/** A file of so many bytes that takes none on the disk. */
function hole(path: string, bytes: number): void {
  openSync(path, 'a')
  truncateSync(path, bytes)
}

const times = (count: number, text: string | ((i: number) => string)): string =>
  Array.from({ length: count }, (_, i) => (typeof text === 'string' ? text : text(i))).join('')

/** A list of lists of lists: nine times nine ... of one text. */
const laughs = `a0: &a0 ha\n${times(30, (i) => `a${i + 1}: &a${i + 1} [${times(9, `*a${i}, `)}]\n`)}hosts: { web: { address: *a30 } }`

const bombs: readonly (readonly [string, string])[] = [
  ['aliases of aliases', laughs],
  ['an alias of itself', 'hosts: &a { web: *a }'],
  ['a host that is an alias of all', 'hosts: &a { web: { address: *a } }'],
  ['lists in lists', times(100_000, '[')],
  ['mappings in mappings', times(60_000, '{a: ')],
  ['keys that are lists', times(100_000, '? ')],
  ['many keys', `hosts:\n${times(30_000, (i) => `  h${i}: 1\n`)}`],
  ['one key many times', times(40_000, 'a: 1\n')],
  ['many anchors', times(8_000, (i) => `a${i}: &a${i} [*a${Math.max(0, i - 1)}]\n`)],
  ['open quotes', times(100_000, '"')],
  ['tags', times(60_000, '!!x ')],
  ['many documents', times(60_000, '---\n')],
  ['a number too large', `hosts: { web: { address: a, port: ${times(200_000, '9')} } }`],
  ['a name too long', `hosts: { web: { address: ${times(200_000, 'a')} } , x: 1 }`],
  ['other bytes', '\0\u0001\ufeff\u2028'],
  ['an object of JavaScript', 'hosts: { web: !!js/function "function(){}" }'],
  ['the prototype of all', '__proto__: { hosts: {} }\nconstructor: 1'],
  ['options for ssh', 'hosts: { web: { address: "-oProxyCommand=touch pwned" } }'],
  ['a user that is an option', 'hosts: { web: { address: a, user: "-oProxyCommand=x" } }'],
  ['a line break in an address', 'hosts: { web: { address: "a\\n  ProxyCommand touch pwned" } }'],
  ['a password that has no place', 'hosts: { web: { address: a, password: "pl4nted-here" } }'],
]

describe('what is too much is refused in bounded time and memory', () => {
  afterAll(() => {
    tally('input bombs tried', tried)
  })

  const project = (more: Readonly<Record<string, string>> = {}): string =>
    temporaryFolder({ 'package.json': '{ "type": "module" }', 'playbooks/p/playbook.ts': playbook, ...more })

  /** Under a limit of memory, which half of a bomb would exceed. */
  async function refused(cwd: string, args: readonly string[], code: number): Promise<string> {
    tried += 1
    const env = { ...process.env, NODE_OPTIONS: '--max-old-space-size=256' }
    const called = await runCli(cli, [...args, '--plain'], { cwd, env, timeout: 20_000 })
    const text = called.stdout + called.stderr
    expect(text).not.toMatch(/\n\s+at |bug of provision|heap|RangeError|call stack|pl4nted/i)
    expect(text).toMatch(/✖ /)
    expect(text.length).toBeLessThan(20_000)
    expect(called.code).toBe(code)
    expect(execFileSync('find', [cwd, '-name', '*pwned*']).toString()).toBe('')
    return text
  }

  it.each(bombs.slice(0, points(4, bombs.length)))('a file of hosts with %s', async (_, text) => {
    await refused(project({ 'hosts.yaml': text }), ['status', '--on', 'hosts.yaml'], 2)
  })

  it('a file of hosts of 100 MB', async () => {
    const cwd = project()
    hole(join(cwd, 'hosts.yaml'), 100e6)
    expect(await refused(cwd, ['status', '--on', 'hosts.yaml'], 2)).toContain(
      'no list of hosts is longer than',
    )
  })

  it('a file of hosts without an end', async () => {
    expect(await refused(project(), ['status', '--on', '/dev/zero'], 2)).toContain(
      'no list of hosts is longer than',
    )
  })

  it.each([
    ['playbook', 'playbooks/p/playbook.ts'],
    ['module of a playbook', 'playbooks/p/data.ts'],
  ])('a %s of 100 MB', async (_, path) => {
    const cwd = project({
      'playbooks/p/playbook.ts': `import './data.ts'\n${playbook}`,
      'playbooks/p/data.ts': '',
    })
    hole(join(cwd, path), 100e6)
    expect(await refused(cwd, ['plan'], 1)).toContain('has 100 MB: no playbook has more than 5.0 MB')
  })

  it.each([
    ['that nests without an end', times(20_000, '[') + times(20_000, ']')],
    ['that is no program', times(50_000, '{{"')],
  ])('a playbook %s', async (_, text) => {
    await refused(project({ 'playbooks/p/playbook.ts': `export default ${text}` }), ['plan'], 1)
  })

  it('a param of 100 kB', async () => {
    expect(await refused(project(), ['plan', '--param', `x=${times(100_000, 'a')}`], 2)).toContain(
      '--param x',
    )
  })
})
