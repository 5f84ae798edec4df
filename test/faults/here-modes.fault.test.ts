import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { effort, tally } from '../support/faults.ts'
import { ask } from '../support/project.ts'
import { scratch, type Scratch } from '../support/scratch.ts'

const { points } = effort()
/** The umasks that give everything and nothing to others. */
const umasks = ['000', '077'].slice(0, points(1, 2))
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe.each(umasks)('with umask %s', (umask) => {
  let project: Scratch
  let state: string
  let agent: string
  let asked = 0
  let looked = 0
  /** An agent that has no keys. */
  const server = createServer((socket) => {
    asked += 1
    socket.on('data', () => socket.write(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0])))
    socket.on('error', () => undefined)
  })

  const call = async (
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const child = spawn(
      'sh',
      ['-c', `umask ${umask}; exec "$@"`, 'sh', process.execPath, project.cli.bin, ...args],
      {
        cwd: project.dir,
        env: { ...process.env, SSH_AUTH_SOCK: agent, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return out + err
  }

  beforeAll(async () => {
    project = scratch('one')
    state = join(project.dir, '.provision', project.prefix)
    const folder = mkdtempSync(join(tmpdir(), 'agent-'))
    agent = join(folder, 'agent.sock')
    server.listen(agent)
    project.playbook(`return [file(one, '/etc/x', { content: 'x' })]`)
    expect(await call(['quickstart', '--plain', '--profile'])).not.toMatch(/✖/)
  })
  afterAll(async () => {
    server.close()
    await project.remove()
    rmSync(join(agent, '..'), { recursive: true, force: true })
    tally('modes of files and folders looked at', looked)
  })

  it('keys, journals and capsules are for their owner alone', async () => {
    project.playbook(`return [command(one, 'fails', { run: ['false'], creates: '/nowhere' })]`)
    expect(await call(['refresh', '--plain'])).toMatch(/^details: .*\.tar\.gz$/m)
    // With a key of its own for the node, nobody even asks the agent.
    expect(asked).toBe(0)
    expect(await call(['ssh', 'one', '--', 'true'])).toBe('')
    const root = join(project.dir, '.provision')
    const all = readdirSync(root, { recursive: true, withFileTypes: true })
    looked += all.length
    // What lies below can be reached by nobody else, whatever its own mode is.
    for (const folder of [root, state]) expect(`${folder} ${modeOf(folder)}`).toBe(`${folder} 700`)
    const strict = /^(id_ed25519(\.pub)?|known_hosts|ssh-config|\d+\.jsonl|.*\.tar\.gz|profile-.*\.json)$/
    const files = all.filter((entry) => entry.isFile() && strict.test(entry.name))
    expect(files.length).toBeGreaterThanOrEqual(7)
    for (const { parentPath, name } of files)
      expect(`${name} ${modeOf(join(parentPath, name))}`).toBe(`${name} 600`)
    const folders = ['journal', '../failures'].map((name) => join(state, name))
    for (const folder of folders) expect(`${folder} ${modeOf(folder)}`).toBe(`${folder} 700`)
  })

  it('what was open to others before is closed', async () => {
    await ask('chmod', '777', join(project.dir, '.provision'))
    await call(['status', '--plain'])
    expect(modeOf(join(project.dir, '.provision'))).toBe('700')
  })

  it('no agent travels to a host, and no control socket is left', async () => {
    expect(await call(['ssh', 'one', '--', 'printenv SSH_AUTH_SOCK || echo none'])).toBe('none\n')
    const config = readFileSync(join(state, 'ssh-config'), 'utf8')
    expect(config).toMatch(/StrictHostKeyChecking yes[\s\S]*ForwardAgent no[\s\S]*ControlMaster no/)
    const sockets = readdirSync(join(project.dir, '.provision'), { recursive: true, withFileTypes: true })
    expect(sockets.filter((entry) => entry.isSocket())).toEqual([])
  })

  it('a node publishes no port, or on loopback only', async () => {
    const ports = async (): Promise<unknown> => {
      const id = await ask(
        'docker',
        'ps',
        '--all',
        '--quiet',
        '--filter',
        `label=provision.project=${project.dir}`,
      )
      return JSON.parse(await ask('docker', 'inspect', '--format', '{{json .HostConfig.PortBindings}}', id))
    }
    expect(await ports()).toEqual({})
    if (points(0, 1) === 0) return
    await call(['destroy', '--yes', '--plain'])
    project.playbook(
      `return [container(one, 'web', { image: tiny, command: ['sleep', '1000'], ports: { http: 80 }, publish: { http: 8080 }, stopTimeout: '1s' })]`,
    )
    expect(await call(['quickstart', '--plain'], { PROVISION_REACH: 'loopback' })).not.toMatch(/✖/)
    const bound = JSON.stringify(await ports()).match(/"HostIp":"[^"]*"/g)
    expect(bound).toEqual(Array(2).fill('"HostIp":"127.0.0.1"'))
  })

  it('what is destroyed leaves no key behind', async () => {
    await call(['destroy', '--yes', '--plain'])
    expect(existsSync(join(state, 'id_ed25519'))).toBe(false)
  })
})
