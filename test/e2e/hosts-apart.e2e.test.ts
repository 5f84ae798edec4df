import { existsSync, writeFileSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { matching } from '../support/matching.ts'
import { projectWith, type Project } from '../support/playbook-folder.ts'
import { eventsIn } from '../support/project.ts'
import { freePort, startSshd, type Sshd } from '../support/sshd.ts'

/** Seconds that a slow host takes for every command. */
const slowness = 2

const playbook = (folder: string): string => `
import { defineBox, definePlaybook, file, text } from 'provision'
const box = defineBox({ name: 'none', build: new URL('.', import.meta.url) })
export default definePlaybook({ name: 'apart', box, hosts: ['near', 'far', 'gone'], resources: ({ hosts: { near, far, gone } }) => {
  const first = file(near, '${folder}/first', { content: 'first' })
  const lone = file(far, '${folder}/lone', { content: 'lone' })
  const lost = file(gone, '${folder}/lost', { content: 'lost' })
  const behind = file(near, '${folder}/behind', { content: 'behind' }, { needs: [lost] })
  return [first, lone, lost, behind]
} })
`

/** The same file on two hosts. */
const twice = (folder: string): string => `
import { defineBox, definePlaybook, file } from 'provision'
const box = defineBox({ name: 'none', build: new URL('.', import.meta.url) })
export default definePlaybook({ name: 'twice', box, hosts: ['near', 'far', 'gone'], resources: ({ hosts }) =>
  [file(hosts.gone, '${folder}/lone', { content: 'gone' }),
    ...[hosts.near, hosts.far].map((host) => file(host, '${folder}/first', { content: host.name }))] })
`

/** Names that are one machine must differ by address. */
const addresses = { near: '127.0.0.1', far: '127.0.0.2', gone: '127.0.0.3' }
const elsewhere = [addresses.far, addresses.gone].map((address) => `ListenAddress ${address}`)

/** Hosts that fail or take long, beside others that must not wait for them. All of them are this machine. */
describe('hosts apart', { timeout: 60_000 }, () => {
  let quick: Sshd
  let slow: Sshd
  let project: Project
  let nobody = 0

  beforeAll(async () => {
    ;[quick, slow] = await Promise.all([
      startSshd({}, elsewhere),
      startSshd({}, [...elsewhere, `ForceCommand sleep ${slowness}; eval "$SSH_ORIGINAL_COMMAND"`]),
    ])
    nobody = await freePort()
    project = projectWith({
      'package.json': '{ "type": "module" }',
      'playbooks/apart/playbook.ts': playbook(quick.folder),
      'playbooks/twice/playbook.ts': twice(quick.folder),
    })
  })
  afterAll(async () => {
    project.remove()
    await Promise.all([quick.stop(), slow.stop()])
  })
  beforeEach(() =>
    Promise.all(['first', 'lone', 'lost', 'behind'].map((name) => rm(at(name), { force: true }))),
  )

  const at = (name: string) => join(quick.folder, name)
  const written = () => ['first', 'lone', 'lost', 'behind'].filter((name) => existsSync(at(name)))
  async function provision(
    command: string,
    ways: Readonly<Record<keyof typeof addresses, Sshd | number>>,
    name = 'apart',
  ) {
    const known: string[] = []
    const hosts: Record<string, unknown> = {}
    for (const name of ['near', 'far', 'gone'] as const) {
      const way = ways[name]
      const { target, folder } = typeof way === 'number' ? quick : way
      const port = typeof way === 'number' ? way : target.port
      known.push(`[${addresses[name]}]:${port} ${await readFile(join(folder, 'host.pub'), 'utf8')}`)
      const { user, identityFile } = target
      hosts[name] = { address: addresses[name], port, user, identityFile, knownHosts: 'known' }
    }
    writeFileSync(join(project.dir, 'known'), known.join(''))
    writeFileSync(join(project.dir, 'hosts.yaml'), JSON.stringify({ hosts }))
    const args = [command, name, '--on', join(project.dir, 'hosts.yaml'), '--json']
    const called = await runCli(cli, args, { cwd: project.dir })
    const events = eventsIn(called.stdout)
    const failures = events.flatMap(({ event, failure }) => (event === 'failed' ? [failure] : []))
    const notes = events.flatMap(({ event, text }) => (event === 'note' ? [text] : []))
    return { ...called, events, failures, notes, last: events.at(-1) }
  }

  it('are planned and carried out without one that cannot be reached; the next run does what is left', async () => {
    const { code, failures, notes, last } = await provision('refresh', {
      near: quick,
      far: quick,
      gone: nobody,
    })
    expect(code).toBe(1)
    expect(written()).toEqual(['first', 'lone'])
    expect(failures).toEqual([
      {
        code: 'host',
        message: `gone: 127.0.0.3, port ${nobody}: nothing listens there`,
        help: 'start sshd on gone, or correct the port, then run the same again: what is done already is not done twice',
      },
    ])
    expect(notes).toContain('not begun, because gone was not reached: near/file/' + at('behind'))
    expect(last).toMatchObject({ event: 'finished', ok: false, changed: 2, failed: 1 })

    const again = await provision('refresh', { near: quick, far: quick, gone: quick })
    expect(again.last).toMatchObject({ ok: true, changed: 2, unchanged: 2 })
    expect(written()).toEqual(['first', 'lone', 'lost', 'behind'])
  })

  it('are planned without it, in a plan alone as well', async () => {
    const { code, events, failures } = await provision('plan', { near: quick, far: quick, gone: nobody })
    expect(code).toBe(1)
    const plans = events.filter(({ event }) => event === 'planned')
    expect(plans).toMatchObject([
      { plan: { steps: [{ name: at('first') }, { name: at('lone') }, { name: at('behind') }] } },
    ])
    expect(failures).toMatchObject([{ message: matching(/^gone: .*nothing listens there$/) }])
    expect(written()).toEqual([])
  })

  it('are one error when none can be reached, and nothing is changed', async () => {
    const { code, failures } = await provision('refresh', { near: nobody, far: nobody, gone: nobody })
    expect(code).toBe(1)
    expect(failures).toMatchObject([
      { code: 'host', message: '3 hosts cannot be reached; nothing was changed' },
    ])
  })

  it('do not wait for one that is slow, unless they need it', async () => {
    const { events, last } = await provision('refresh', { near: quick, far: slow, gone: quick })
    expect(last).toMatchObject({ ok: true, changed: 4 })
    const planned = events.flatMap(({ event }, i) => (event === 'planned' ? [i] : []))
    const finished = events.findIndex(
      ({ event, task }) => event === 'task-finished' && String(task).endsWith('/behind'),
    )
    expect(planned).toHaveLength(2)
    expect(finished).toBeGreaterThan(planned[0] ?? Infinity)
    expect(finished).toBeLessThan(planned[1] ?? -1)
    // What is told last is the whole plan, in its order.
    expect(events[planned[1] ?? 0]).toMatchObject({
      plan: { steps: ['first', 'lone', 'lost', 'behind'].map((name) => ({ name: at(name) })) },
    })
  })

  it.each(['refresh', 'plan'])(
    'that are one machine are refused by %s where both have one thing, and nothing is changed',
    async (command) => {
      const { code, failures } = await provision(command, { near: quick, far: quick, gone: quick }, 'twice')
      expect(code).toBe(1)
      expect(failures).toEqual([
        {
          code: 'conflict',
          message: `far and near are one machine, and both have path ${at('first')} there`,
          help: 'let each host of the playbook be a machine of its own, or take what both have from one of them',
        },
      ])
      expect(written()).toEqual([])
    },
  )
})
