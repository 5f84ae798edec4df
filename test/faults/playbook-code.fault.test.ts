import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, type CliResult } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { projectWith, type Project } from '../support/playbook-folder.ts'
import { ask } from '../support/project.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'

/** What the `after` of a playbook may do wrong, on a host that is this machine. */
let sshd: Sshd
let project: Project

const playbook = (name: string, after: string): string => `
import { defineBox, definePlaybook, file, secret } from 'provision'
const s = 'topsecret-value99'
const soon = () => new Promise((done) => setTimeout(done, 100))
const box = defineBox({ name: 'none', build: new URL('.', import.meta.url) })
export default definePlaybook({
  name: '${name}-${process.pid}', box, hosts: ['web'],
  resources: ({ hosts: { web } }) => [file(web, '${sshd.folder}/${name}', { content: secret(s) })],
  after: ${after},
})
`

beforeAll(async () => {
  sshd = await startSshd()
  const { target } = sshd
  const host = { ...target, knownHosts: target.knownHosts[0], name: undefined, hostKeyAlias: undefined }
  project = projectWith({
    'package.json': '{ "type": "module" }',
    'hosts.yaml': JSON.stringify({ hosts: { web: host } }),
    ...Object.fromEntries(
      Object.entries({
        rejects: `async () => { Promise.reject(new Error('login ' + s)); await soon() }`,
        throws: `async () => { setTimeout(() => { throw new Error('login ' + s) }, 1); await soon() }`,
        stays: `() => { Promise.reject(new Error('login ' + s)); return new Promise(() => {}) }`,
        plain: `() => {}`,
        logs: `() => { console.log('logged ' + s) }`,
        sync: `() => { throw new Error('login ' + s) }`,
        text: `async () => { throw 'login ' + s }`,
      }).map(([name, after]) => [`playbooks/${name}/playbook.ts`, playbook(name, after)]),
    ),
  })
})
afterAll(async () => {
  await sshd.stop()
  project.remove()
})

const run = (...args: readonly string[]): Promise<CliResult> => runCli(cli, args, { cwd: project.dir })
const refresh = (name: string, ...more: readonly string[]): Promise<CliResult> =>
  run('refresh', name, '--on', 'hosts.yaml', '--plain', ...more)

describe.each([
  ['a promise that nobody awaits', 'rejects', /^✖ .*\/rejects\/playbook\.ts:9:\d+: login \[secret\]$/m],
  ['a callback', 'throws', /^✖ .*\/throws\/playbook\.ts:9:\d+: login \[secret\]$/m],
  ['a promise, while it never ends', 'stays', /^✖ .*\/stays\/playbook\.ts:9:\d+: login \[secret\]$/m],
  ['itself, not awaited', 'sync', /^✖ the playbook's `after` failed: login \[secret\]$/m],
  ['itself, with what is no error', 'text', /^✖ the playbook's `after` failed: .*login \[secret\]/m],
])('an error of `after` in %s', (_, name, message) => {
  it('ends the run with its outcome', async () => {
    const { code, stderr } = await refresh(name)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/topsecret|bug of provision|Node\.js v/)
    expect(code).toBe(1)
    const history = await run('history', 'show', '--playbook', name, '--on', 'hosts.yaml')
    expect(history.stdout).toMatch(/login \[secret\]/)
    expect(history.stdout).not.toMatch(name === 'stays' ? /topsecret/ : /topsecret|killed/)
    await expect(ask('grep', '-rl', 'topsecret', `${project.dir}/.provision`)).rejects.toThrow()
  })

  it('is told by --json', async () => {
    const { code, stdout, stderr } = await refresh(name, '--json')
    const events = stdout.trimEnd().split('\n')
    expect(
      events.filter((line) => line.startsWith('{"event":"failed","failure":{"code":"playbook"')),
    ).toHaveLength(1)
    expect(events.at(-1)).toMatch(/^\{"event":"finished","ok":false/)
    expect(stdout + stderr).not.toContain('topsecret')
    expect(code).toBe(1)
  })
})

it('a watch ends with such an error too', async () => {
  const { code, stdout, stderr } = await run('watch', 'rejects', '--on', 'hosts.yaml', '--plain')
  expect(stderr).toMatch(/^✖ failed: [^]*^✖ .*\/rejects\/playbook\.ts:9:\d+: login \[secret\]$/m)
  expect(stdout + stderr).not.toMatch(/topsecret|✔/)
  expect(code).toBe(1)
})

it.each(['plain', 'logs'])('an `after` that is no async function is fine: %s', async (name) => {
  const { code, stderr } = await refresh(name)
  expect(stderr).toMatch(/after {2}done/)
  expect(stderr).not.toContain('topsecret')
  expect(code).toBe(0)
})

it('what `after` throws is told with its places in the playbook, and none of ours', async () => {
  const { stdout, stderr } = await refresh('sync')
  expect(`${stdout}${stderr}`).toMatch(/^ +at after \(.*\/sync\/playbook\.ts:9:\d+\)$/m)
  expect(`${stdout}${stderr}`).not.toMatch(/^ +at .*\/dist\//m)
})
