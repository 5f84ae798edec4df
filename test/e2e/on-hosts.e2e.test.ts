import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeKeyPair } from '../../src/boxes/ssh-keys.ts'
import { nodeBody } from '../../src/boxes/node-body.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { ask, makeProject, type Called, type Project } from '../support/project.ts'
import { timeLimit } from '../../src/transport/time-limit.ts'

const names = ['web', 'app', 'bus']
const prefix = `e2e-on-${process.pid}`
const subnet = `192.168.${100 + (process.pid % 100)}`
const addressOf = (name: string): string => `${subnet}.${10 + names.indexOf(name)}`

/** The same playbook on hosts that nobody of ours made: sshd, a shell and Docker, and nothing else known of them. */
describe('hosts of a YAML file', () => {
  let project: Project
  let dir: string
  let hosts: string

  beforeAll(async () => {
    project = await makeProject('hash-collision')
    dir = await mkdtemp(join(tmpdir(), 'provision-on-'))
    hosts = join(dir, 'hosts.yaml')
    // The image of the box's own system is as good a plain host as any.
    expect((await project.provision('box', 'bake', '--plain')).code).toBe(0)
    const key = makeKeyPair('e2e')
    await writeFile(join(dir, 'id'), key.privateKey, { mode: 0o600 })
    await ask('docker', 'network', 'create', '--subnet', `${subnet}.0/24`, prefix)
    const engine = await localEngine()
    await Promise.all(
      names.map(async (name) => {
        const body = nodeBody({
          image: 'provision/system/coreos:latest',
          hostname: name,
          labels: {},
          authorizedKey: key.publicKey,
          volume: `${prefix}-${name}`,
          store: undefined,
          network: { name: prefix, address: addressOf(name) },
          loopback: [],
          restart: 'no',
        })
        const made = await engine.createContainer({ ...body, name: `${prefix}-${name}` })
        await made.start()
      }),
    )
    const known = await Promise.all(names.map(async (name) => `${addressOf(name)} ${await hostKey(name)}`))
    await writeFile(join(dir, 'known'), `${known.join('\n')}\n`)
    await writeHosts('core')
  })
  afterAll(async () => {
    for (const name of names) {
      await ask('docker', 'rm', '--force', '--volumes', `${prefix}-${name}`)
      await ask('docker', 'volume', 'rm', '--force', `${prefix}-${name}`)
    }
    await ask('docker', 'network', 'rm', prefix)
    await project.remove()
    await rm(dir, { recursive: true })
  })

  const writeHosts = (user: string) =>
    writeFile(
      hosts,
      [
        'hosts:',
        ...names.map(
          (name) =>
            `  ${name}: { address: ${addressOf(name)}, user: ${user}, identityFile: id, knownHosts: known, become: true, connectTimeout: 5s }`,
        ),
      ].join('\n'),
    )
  const hostKey = async (name: string): Promise<string> => {
    await vi.waitFor(() => ask('docker', 'exec', `${prefix}-${name}`, 'docker', 'version'), {
      timeout: 30_000,
    })
    return ask(
      'docker',
      'exec',
      `${prefix}-${name}`,
      'cut',
      '-d ',
      '-f1,2',
      '/etc/ssh/ssh_host_ed25519_key.pub',
    )
  }
  const last = ({ events }: Called) => events.at(-1)
  const containersOn = async (name: string): Promise<string[]> => {
    const listed = await ask('docker', 'exec', `${prefix}-${name}`, 'docker', 'ps', '--format', '{{.Names}}')
    return listed.split('\n').sort()
  }

  it('run the playbook unchanged', async () => {
    expect(last(await project.provision('quickstart', '--on', hosts, '--json'))).toMatchObject({
      ok: true,
      failed: 0,
    })
    expect(await containersOn('app')).toEqual(['auth', 'qa', 'user'])
    const page = await fetch(`http://${addressOf('web')}/api/user/users`, {
      signal: timeLimit(5_000),
    })
    expect(await page.json()).toHaveProperty('users.length', 20)
  })

  it('have nothing more to do', async () => {
    expect(last(await project.provision('refresh', '--on', hosts, '--json'))).toMatchObject({
      ok: true,
      changed: 0,
    })
  })

  it('are refused when their key is not the known one, and nothing is changed', async () => {
    const known = await readFile(join(dir, 'known'), 'utf8')
    await writeFile(join(dir, 'known'), known.replaceAll(`${addressOf('web')} `, `${addressOf('bus')} `))
    const { code, stderr, stdout } = await project.provision('refresh', '--on', hosts, '--plain')
    await writeFile(join(dir, 'known'), known)
    expect(code).toBe(1)
    expect(stderr + stdout).toMatch(/web[\s\S]*host key[\s\S]*help:/)
  })

  it('are refused when the user may not log in', async () => {
    await writeHosts('nobody')
    const { code, stderr, stdout } = await project.provision('refresh', '--on', hosts, '--plain')
    await writeHosts('core')
    expect(code).toBe(1)
    expect(stderr + stdout).toMatch(/nobody/)
  })

  it('give back what ran on them and no more, those that are reached', async () => {
    await ask(
      'docker',
      'exec',
      `${prefix}-app`,
      'docker',
      'run',
      '--detach',
      '--name',
      'theirs',
      'hash-collision/jre',
      'sleep',
      '600',
    )
    await ask('docker', 'stop', '--time', '0', `${prefix}-bus`)
    const clear = () => project.provision('destroy', '--on', hosts, '--yes', '--plain')
    const partly = await clear()
    expect(partly.code).toBe(1)
    expect(partly.stdout + partly.stderr).toMatch(/✖ bus: .*\nhelp: .*bus.*, then run the same again/)
    expect(await containersOn('app')).toEqual(['theirs'])

    await ask('docker', 'start', `${prefix}-bus`)
    await hostKey('bus')
    const { code, stdout } = await clear()
    expect(code).toBe(0)
    expect(stdout).toMatch(/bus › container rabbitmq/)
    expect(await containersOn('bus')).toEqual([''])
  })
})
