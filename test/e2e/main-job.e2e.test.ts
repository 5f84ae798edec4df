import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, makeProject, type Called, type Project } from '../support/project.ts'
import { timeLimit } from '../../src/transport/time-limit.ts'

/** The whole story on the reference application: from nothing, through edits and damage, to nothing. */
describe('the reference application', () => {
  let project: Project
  let edited: string

  beforeAll(async () => {
    project = await makeProject('hash-collision')
    edited = join(project.dir, 'playbooks/hash-collision')
  })
  afterAll(async () => {
    await project.provision('destroy', '--yes')
    await project.remove()
  })

  /** Docker of a node, asked through the engine of this machine and not through our own code. */
  const nodes = async (host: string): Promise<string> => {
    const filters = [
      '--filter',
      `label=provision.host=${host}`,
      '--filter',
      `label=provision.project=${project.dir}`,
    ]
    return ask('docker', 'ps', '--all', '--quiet', '--no-trunc', ...filters)
  }
  const inner = async (host: string, ...args: string[]): Promise<string> =>
    ask('docker', 'exec', await nodes(host), 'docker', ...args)
  /** What somebody does who wants another environment for a container: Docker has no way to change it in place. */
  const madeAgainByHand = async (host: string, name: string, ...options: string[]): Promise<void> => {
    const labels: unknown = JSON.parse(
      await inner(host, 'inspect', '--format', '{{json .Config.Labels}}', name),
    )
    const kept = Object.entries(labels ?? {}).flatMap(([key, value]) => [
      '--label',
      `${key}=${String(value)}`,
    ])
    const image = await inner(host, 'inspect', '--format', '{{.Config.Image}}', name)
    await inner(host, 'rm', '--force', name)
    await inner(host, 'run', '--detach', '--name', name, ...kept, ...options, image, 'sleep', '600')
  }
  const startedAt = (host: string, name: string): Promise<string> =>
    inner(host, 'inspect', '--format', '{{.State.StartedAt}}', name)
  const allStarted = async (): Promise<Record<string, string>> => ({
    rabbitmq: await startedAt('bus', 'rabbitmq'),
    user: await startedAt('app', 'user'),
    auth: await startedAt('app', 'auth'),
    qa: await startedAt('app', 'qa'),
    nginx: await startedAt('web', 'nginx'),
  })
  const finished = ({ events }: Called) => events.at(-1)
  const changedSteps = ({ events }: Called): unknown[] =>
    events.flatMap(({ event, plan }) =>
      event === 'planned' &&
      typeof plan === 'object' &&
      plan !== null &&
      'steps' in plan &&
      Array.isArray(plan.steps)
        ? plan.steps.flatMap((step: Record<string, unknown>) =>
            step['operation'] === 'none' ? [] : [step['id']],
          )
        : [],
    )
  const urlOf = async (container: string): Promise<string> => {
    const { events } = await project.provision('status', '--json')
    const [result] = events.filter(({ event }) => event === 'result')
    const found = new RegExp(`"container":"${container}"[^}]*"url":"([^"]+)"`).exec(JSON.stringify(result))
    return found?.[1] ?? `no endpoint of ${container}`
  }
  const get = async (url: string): Promise<string> => (await fetch(url, { signal: timeLimit(5_000) })).text()

  it('says to quickstart while nothing runs', async () => {
    const { code, stderr, stdout } = await project.provision('refresh', '--plain')
    expect(code).toBe(1)
    expect(stdout + stderr).toMatch(/nothing runs yet[\s\S]* quickstart/)
  })

  it('goes from nothing to a running system', async () => {
    const called = await project.provision('quickstart', '--json')
    expect(finished(called)).toMatchObject({ event: 'finished', ok: true, failed: 0 })
    expect(called.code).toBe(0)
    expect(await get(await urlOf('nginx'))).toContain('<html')
    expect(JSON.parse(await get(`${await urlOf('user')}/users`))).toHaveProperty('users.length', 20)
    expect(JSON.parse(await get(`${await urlOf('qa')}/questions`))).toHaveProperty('questions.length', 50)
  })

  it('has every service alive on the bus, through the proxy', async () => {
    await expect
      .poll(async () => get(`${await urlOf('nginx')}/api/qa/services`), { timeout: 15_000 })
      .toMatch(/(?=[\s\S]*"user")(?=[\s\S]*"auth")(?=[\s\S]*"qa")/)
  })

  it('has nothing more to do', async () => {
    const before = await allStarted()
    const called = await project.provision('refresh', '--json')
    expect(finished(called)).toMatchObject({ ok: true, changed: 0, failed: 0 })
    const { code } = await project.provision('plan', '--exit-code', '--plain')
    expect([code, await allStarted()]).toEqual([0, before])
  })

  it('has its box baked already, with its nodes made from it', async () => {
    const { code, events } = await project.provision('box', 'bake', '--json')
    expect(code).toBe(0)
    const [result] = events.filter(({ event }) => event === 'result')
    expect(result).toMatchObject({
      data: { usedBy: [expect.any(String), expect.any(String), expect.any(String)] },
    })
  })

  it('inserts sample data by key: twice is once', async () => {
    expect(JSON.parse(await get(`${await urlOf('user')}/users`))).toHaveProperty('users.length', 20)
  })

  it('rebuilds and restarts only what an edited Java file belongs to', async () => {
    const main = join(edited, 'services/user/Main.java')
    await writeFile(main, (await readFile(main, 'utf8')).replace('VERSION = "', 'VERSION = "edited-'))
    const before = await allStarted()
    const called = await project.provision('refresh', '--json')
    const after = await allStarted()
    expect(changedSteps(called)).toEqual(['app/push//var/hash-collision/user.jar', 'app/container/user'])
    expect(await get(`${await urlOf('user')}/version`)).toContain('edited-')
    expect({ ...after, user: '' }).toEqual({ ...before, user: '' })
    expect(after['user']).not.toBe(before['user'])
  })

  it('restarts nothing for an edited style sheet', async () => {
    await appendFile(join(edited, 'www/css/style.css'), '/* edited */\n')
    const before = await allStarted()
    const called = await project.provision('refresh', '--json')
    expect(changedSteps(called)).toEqual(['web/tree//var/www'])
    expect(await get(`${await urlOf('nginx')}/css/style.css`)).toContain('/* edited */')
    expect(await allStarted()).toEqual(before)
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['a container that was removed', () => inner('app', 'rm', '--force', 'auth'), /app › container auth/],
    [
      'a file that was edited',
      async () => ask('docker', 'exec', await nodes('web'), 'sh', '-c', 'echo changed > /var/www/index.html'),
      /index\.html/,
    ],
    [
      'a container whose environment was changed',
      () => madeAgainByHand('app', 'qa', '--env', 'EXTRA=1'),
      /env\.EXTRA/,
    ],
    ['a container that was stopped', () => inner('app', 'stop', 'qa'), /app › container qa/],
  ])('finds and mends %s', async (_, damage, names) => {
    await damage()
    const plan = await project.provision('plan', '--exit-code', '--plain')
    expect(plan.code).toBe(2)
    expect(plan.stdout).toMatch(names)
    expect(finished(await project.provision('refresh', '--json'))).toMatchObject({ ok: true })
    expect((await project.provision('plan', '--exit-code', '--plain')).code).toBe(0)
  })

  it('starts nodes again that were stopped, with their addresses and containers', async () => {
    const address = await urlOf('user')
    expect((await project.provision('stop', '--plain')).code).toBe(0)
    const refreshed = await project.provision('refresh', '--json')
    expect(refreshed.code, refreshed.stdout).toBe(0)
    expect(await urlOf('user')).toBe(address)
    expect(JSON.parse(await get(`${address}/users`))).toHaveProperty('users.length', 20)
  })

  it('waits for nodes that somebody has restarted a moment ago', async () => {
    const nodes = await ask('docker', 'ps', '--quiet', '--filter', `label=provision.project=${project.dir}`)
    await ask('docker', 'restart', '--time', '0', ...nodes.split('\n'))
    expect(finished(await project.provision('refresh', '--json'))).toMatchObject({ ok: true })
  })

  it('lets a plain SSH client in, with strict host keys', async () => {
    const { stdout } = await project.provision('ssh-config')
    const config = join(project.dir, 'ssh.config')
    await writeFile(config, stdout)
    expect(stdout).toMatch(/StrictHostKeyChecking yes/)
    expect(await ask('ssh', '-F', config, 'app', 'hostname')).toBe('app')
  })

  it('runs commands on hosts and in containers, and passes their exit codes on', async () => {
    expect((await project.provision('ssh', 'bus', '--', 'hostname')).stdout.trim()).toBe('bus')
    expect((await project.provision('exec', 'user', '--', 'sh', '-c', 'echo "$PORT"')).stdout.trim()).toBe(
      '7000',
    )
    expect((await project.provision('exec', 'user', '--', 'sh', '-c', 'exit 3')).code).toBe(3)
    expect((await project.provision('logs', 'user')).stdout).toMatch(/user/)
  })

  it('finds back to its nodes when its own folder was deleted', async () => {
    await rm(join(project.dir, '.provision'), { recursive: true })
    expect(finished(await project.provision('refresh', '--json'))).toMatchObject({ ok: true, failed: 0 })
  })

  it('keeps its key to itself', async () => {
    const { mode } = await stat(join(project.dir, '.provision/hash-collision/id_ed25519'))
    expect(mode & 0o077).toBe(0)
  })

  it('costs a node little disk', async () => {
    const kilobytes = await ask('docker', 'exec', await nodes('web'), 'du', '-skx', '/var/lib/docker')
    expect(parseInt(kilobytes, 10)).toBeLessThan(20_000)
  })

  it('removes all of it', async () => {
    const called = await project.provision('destroy', '--yes', '--plain')
    expect(called.code).toBe(0)
    const filter = ['--quiet', '--filter', `label=provision.project=${project.dir}`]
    const left = await Promise.all([
      ask('docker', 'ps', '--all', ...filter),
      ask('docker', 'network', 'ls', ...filter),
      ask('docker', 'volume', 'ls', ...filter),
    ])
    expect(left).toEqual(['', '', ''])
  })
})
