import { chmodSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, type CliResult } from '../../support/cli.ts'
import { cli } from '../../support/the-cli.ts'
import { projectWith, type Project } from '../../support/playbook-folder.ts'

/** What the code of a playbook does beside describing a system. */
let project: Project

/** A playbook of one host, with code before it and in its `resources`. */
const playbook = (before: string, inside = ''): string => `
import { defineBox, definePlaybook, secret } from 'provision'
const s = 'topsecret-value99'
secret(s)
const soon = () => new Promise((done) => setTimeout(done, 50))
${before}
const box = defineBox({ name: 'none', build: new URL('.', import.meta.url) })
export default definePlaybook({ name: 'shop', box, hosts: ['web'], resources: () => { ${inside}; return [] } })
`

beforeAll(() => {
  project = projectWith({
    'package.json': '{ "type": "module" }',
    'hosts.yaml': 'hosts: { web: { address: 127.0.0.1, port: 1, user: nobody, knownHosts: hosts.yaml } }',
    'playbooks/rejects/playbook.ts': playbook(`Promise.reject(new Error('login ' + s)); await soon()`),
    'playbooks/throws/playbook.ts': playbook(
      `setTimeout(() => { throw new Error('login ' + s) }, 1); await soon()`,
    ),
    'playbooks/text/playbook.ts': playbook(`Promise.reject('login ' + s); await soon()`),
    'playbooks/inside/playbook.ts': playbook('', `void Promise.reject(new Error('login ' + s))`),
    'playbooks/stays/playbook.ts': playbook(
      `Promise.reject(new Error('login ' + s)); setInterval(() => {}, 1e6); await new Promise(() => {})`,
    ),
    'playbooks/exits/playbook.ts': playbook('process.exit(0)'),
    'playbooks/exits-later/playbook.ts': playbook('setTimeout(() => process.exit(3), 1); await soon()'),
    'playbooks/never/playbook.ts': playbook('await new Promise(() => {})'),
    'playbooks/bare/playbook.ts': playbook('', `throw 'just a text'`),
    'playbooks/null/playbook.ts': playbook('', `throw null`),
    'playbooks/logs/playbook.ts': playbook(
      `console.log('pw %s', s)
console.info('an object', { a: { s } })
console.error('two\\nlines')
console.table([{ s }])`,
      `console.warn('inside', s); throw new Error('the end')`,
    ),
  })
})
afterAll(() => {
  project.remove()
})

const run = (...args: readonly string[]): Promise<CliResult> => runCli(cli, args, { cwd: project.dir })
/** A run that gets as far as its hosts, of which none answers. */
const plan = (name: string, ...more: readonly string[]): Promise<CliResult> =>
  run('plan', name, '--on', 'hosts.yaml', ...more)
const eventsOf = ({ stdout }: CliResult): readonly unknown[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

describe('an error that nobody waits for', () => {
  it.each([
    ['a promise', 'rejects', /^✖ .*\/rejects\/playbook\.ts:6:\d+: login \[secret\]\nhelp: /m],
    ['a callback', 'throws', /^✖ .*\/throws\/playbook\.ts:6:\d+: login \[secret\]\nhelp: /m],
    ['a promise of what is no error', 'text', /^✖ the playbook threw .*login \[secret\]/m],
    ['a promise of `resources`', 'inside', /^✖ .*\/inside\/playbook\.ts:8:\d+: login \[secret\]\nhelp: /m],
    ['a promise, and then no end', 'stays', /^✖ .*\/stays\/playbook\.ts:6:\d+: login \[secret\]\nhelp: /m],
  ])('of %s is told as a failure, masked and with its place', async (_, name, stderr) => {
    const result = await plan(name)
    expect(result.stderr).toMatch(stderr)
    expect(result.stderr).not.toMatch(/topsecret|\n\s+at |bug of provision|Node\.js v/)
    expect(result.code).toBe(1)
  })

  it.each([
    [
      'at once',
      'exits',
      /^✖ .*\/exits\/playbook\.ts:6:\d+: process\.exit\(0\) would end provision itself\nhelp: /m,
    ],
    ['in a callback', 'exits-later', /^✖ .*\/exits-later\/playbook\.ts:6:\d+: process\.exit\(3\) would end/m],
  ])('is what process.exit makes: %s', async (_, name, stderr) => {
    const result = await plan(name)
    expect(result.stderr).toMatch(stderr)
    expect(result.code).toBe(1)
  })

  it('ends the events of --json as any failure does', async () => {
    const result = await plan('rejects', '--json')
    const [failed, finished] = eventsOf(result).slice(-2)
    expect(failed).toMatchObject({ event: 'failed', failure: { code: 'playbook' } })
    expect(finished).toMatchObject({ event: 'finished', ok: false })
    expect(result.stdout).not.toContain('topsecret')
    expect(result).toMatchObject({ code: 1, stderr: '' })
  })
})

describe('a playbook that awaits what never comes', () => {
  it.each(['plan', 'status', 'destroy --yes'])('is told by `%s`', async (command) => {
    const result = await run(...command.split(' '), 'never')
    expect(result.stderr).toMatch(
      /^✖ .*\/never\/playbook\.ts: the playbook awaits something that never comes\nhelp: /m,
    )
    expect(result.code).toBe(1)
  })

  it('is told by --json', async () => {
    const result = await run('plan', 'never', '--json')
    const [failed, finished] = eventsOf(result).slice(-2)
    expect(failed).toMatchObject({ event: 'failed', failure: { code: 'playbook' } })
    expect(finished).toMatchObject({ event: 'finished', ok: false })
    expect(result).toMatchObject({ code: 1, stderr: '' })
  })
})

it.each([
  ['bare', `the playbook threw 'just a text', which is no error`],
  ['null', 'the playbook threw null, which is no error'],
])('a value that is thrown and no error is told as one of the playbook: %s', async (name, message) => {
  const { code, stderr } = await plan(name)
  expect(stderr).toContain(`✖ ${message}\nhelp: `)
  expect(stderr).not.toContain('bug of provision')
  expect(code).toBe(1)
})

describe('what a playbook logs', () => {
  it('is masked', async () => {
    const { stdout, stderr } = await plan('logs')
    expect(stdout).toBe('')
    expect(stderr).not.toContain('topsecret')
    expect(stderr).toMatch(
      /^pw \[secret\]\nan object { a: { s: '\[secret\]' } }\nwarning: two\nwarning: lines\n┌/m,
    )
    expect(stderr).toMatch(/^warning: inside \[secret\]$/m)
  })

  it('is notes among the events of --json', async () => {
    const result = await plan('logs', '--json')
    expect(result.stderr).toBe('')
    expect(result.stdout).not.toContain('topsecret')
    expect(eventsOf(result)).toEqual(
      expect.arrayContaining([
        { event: 'note', level: 'info', text: 'pw [secret]' },
        { event: 'note', level: 'warning', text: 'lines' },
        { event: 'note', level: 'warning', text: 'inside [secret]' },
      ]),
    )
    expect(eventsOf(result).at(-1)).toMatchObject({ event: 'finished', ok: false })
  })
})

it('the configuration for the client of `provision ssh` is replaced as a whole, under whoever reads it', async () => {
  const folder = projectWith({
    'bin/ssh': '#!/bin/sh\n[ "$1" = -F ] || exec /usr/bin/ssh "$@"\ncat "$2"\n',
    'package.json': '{ "type": "module" }',
    'hosts.yaml': 'hosts: { web: { address: 192.0.2.7, user: nobody, knownHosts: hosts.yaml } }',
    'playbooks/shop/playbook.ts': playbook(''),
  })
  try {
    const state = join(folder.dir, '.provision/shop')
    mkdirSync(state, { recursive: true })
    writeFileSync(join(state, 'ssh-config'), 'former')
    linkSync(join(state, 'ssh-config'), join(folder.dir, 'held'))
    const PATH = `${join(folder.dir, 'bin')}:${process.env['PATH'] ?? ''}`
    chmodSync(join(folder.dir, 'bin/ssh'), 0o755)
    const { code, stdout } = await runCli(cli, ['ssh', 'web', '--on', 'hosts.yaml', '--', 'true'], {
      cwd: folder.dir,
      env: { PATH },
    })
    expect(stdout).toContain('HostName 192.0.2.7')
    expect(code).toBe(0)
    expect(readFileSync(join(folder.dir, 'held'), 'utf8')).toBe('former')
  } finally {
    folder.remove()
  }
})
