import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { effort, tally } from '../support/faults.ts'
import { newSearch, plant, searchFolder, searchIn, searchNode, type Planted } from '../support/planted.ts'
import { watchProcesses, type ProcessWatch } from '../support/process-watch.ts'
import { said, scratch, type Scratch } from '../support/scratch.ts'
import { failures, meant, params, quiet, world } from '../support/secret-world.ts'

const own = `${process.pid}x`
const planted: readonly Planted[] = [
  plant('word', `pl"anted s$cret/w\u00f6rd?${own}`),
  plant('former word', `f\\ormer 'word' <&> %41 ${own}`),
  plant(
    'key',
    `-----BEGIN ${own} KEY-----\nMIIEowIBAAKCAQEA7 first ${own}\nsecond line+/= ${own}\n-----END ${own} KEY-----`,
  ),
  plant('literal', `liter@l in the playbook ${own}`),
  plant('literal in a function', `liter@l that an edit adds ${own}`),
  plant('unused', `nobody uses-th1s ${own}`),
]
const [word, former, key, literal, late, unused] = planted.map(({ value }) => value)
const env = {
  PLANTED_WORD: former ?? '',
  PLANTED_KEY: key ?? '',
  PLANTED_UNUSED: unused ?? '',
  PLANTED_PIN: '73',
  PLANTED_COMMON: 'container',
}
const rotated = { ...env, PLANTED_WORD: word ?? '' }

describe('planted secrets', () => {
  const { points } = effort()
  const search = newSearch()
  let project: Scratch
  let watch: ProcessWatch | undefined
  let temporary: string
  let started: number
  let runs = 0

  const write = (body: string, options = ''): void => {
    project.write(
      'secret.ts',
      `import { secret } from 'provision'\nexport const literal = secret(${JSON.stringify(literal)})\n`,
    )
    project.playbook(body, params + options)
    const path = `playbooks/${project.prefix}/playbook.ts`
    // The scratch playbook has no imports of its own.
    const text = execFileSync('cat', [join(project.dir, path)]).toString()
    project.write(path, `import { literal } from '../../secret.ts'\n${text}`)
  }
  const call = async (args: readonly string[], vars: Readonly<Record<string, string>> = rotated) => {
    runs += 1
    const called = await project.provision(args, { ...vars, TMPDIR: temporary })
    searchIn(search, `output of ${args.join(' ')}`, said(called), planted)
    return called
  }
  /** Ends a call some time after it has said something: how long it takes until then is the machine's affair. */
  const cutShort = async (
    signal: NodeJS.Signals,
    [said, after]: readonly [RegExp, number],
    ...args: readonly string[]
  ): Promise<number | null> => {
    runs += 1
    const child = spawn(process.execPath, [project.cli.bin, ...args], {
      cwd: project.dir,
      env: { ...process.env, ...rotated, TMPDIR: temporary },
    })
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    const ended = once(child, 'close')
    await vi.waitFor(
      () => {
        expect(Buffer.concat(chunks).toString()).toMatch(said)
      },
      { timeout: 60_000 },
    )
    setTimeout(() => child.kill(signal), after)
    await ended
    searchIn(search, `output of ${args.join(' ')}, ended by ${signal}`, Buffer.concat(chunks), planted)
    return child.exitCode
  }

  beforeAll(async () => {
    project = scratch('one')
    started = Math.floor(Date.now() / 1000)
    temporary = realpathSync(mkdtempSync(join(tmpdir(), 'planted-')))
    const bin = project.cli.bin
    watch = watchProcesses(search, planted, (line, vars) => line.includes(bin) || vars.includes(meant))
    write(world)
    expect((await call(['quickstart', '--verbose', '--profile'], env)).code).toBe(0)
  })
  afterAll(async () => {
    watch?.stop()
    await project.remove()
    rmSync(temporary, { recursive: true, force: true })
  })

  it('arrive where they are meant to be', async () => {
    expect(await project.on('one', 'cat', '/etc/planted/key')).toBe(key)
    expect(await project.on('one', 'cat', '/etc/planted/conf')).toBe(
      `word=${former ?? ''}\nliteral=${literal ?? ''}\n`,
    )
    expect(await project.on('one', 'docker', 'exec', 'keeps', 'printenv', 'WORD')).toBe(`${former ?? ''}\n`)
    expect(await project.on('one', 'cat', '/srv/sum')).toMatch(/^[0-9a-f]{64}/)
  })

  it('show in no run that goes well', async () => {
    expect((await call(['plan', '--json'])).events.find(({ event }) => event === 'planned')).toBeDefined()
    expect((await call(['refresh', '--json', '--profile'])).code).toBe(0)
    for (const args of [
      ['history', 'show', '1'],
      ['logs', 'talks', '--json'],
      ['plan', '--verbose'],
      ['status', '--json'],
      ['status'],
      ['logs', 'talks'],
      ['history'],
      ['history', 'show', '2', '--json'],
      ['ssh-config'],
      ['doctor'],
    ].slice(0, points(3, 10)))
      expect((await call(args)).code).toBe(0)
    // Whether there is something to go back to or not.
    await call(['rollback', '--verbose', '--yes'])
  })

  it.each(failures.slice(0, points(2, failures.length)))(
    'show in no run that fails: %s',
    async (_, body, options, message) => {
      const withLate = (part: string): string => part.replaceAll('LATE', JSON.stringify(late))
      write(withLate(body), withLate(options))
      for (const way of [['--verbose'], ['--json']].slice(0, points(1, 2))) {
        const called = await call(['refresh', ...way])
        expect(said(called)).toMatch(message)
        expect(called.code).not.toBe(0)
      }
    },
  )

  it('show in no call that is wrong', async () => {
    for (const args of [
      ['refresh', '--param', 'word=x'],
      ['refresh', '--env', 'NO'],
      ['status', '--on', 'hosts.yaml'],
    ])
      expect((await call(args)).code).toBe(2)
  })

  it('show in no run that is cut short', async () => {
    write(
      world.replace(
        'return [',
        `return [container(one, 'slow', { image: tiny, env: { WORD: params.word, ${meant}: '1' }, command: ['sleep', '1000'], ports: { x: 80 }, ready: { tcp: 'x' } }), `,
      ),
    )
    expect(await cutShort('SIGINT', [/apply +started/, 500], 'refresh', '--verbose')).toBe(130)
    if (points(0, 1) > 0) await cutShort('SIGKILL', [/"event":"task-started"/, 500], 'refresh', '--json')
    write(world)
    expect((await call(['refresh', '--plain'])).code).toBe(0)
  })

  it.runIf(points(0, 1) > 0)('show in no watch', async () => {
    const ending = cutShort('SIGINT', [/watching/, 2_000], 'watch', '--plain', '--verbose')
    setTimeout(() => write(world.replace('word=', 'word:')), 2_000)
    expect(await ending).toBe(130)
  })

  it('are nowhere else: not in processes, not in files here and there, not in what Docker tells', () => {
    const id = execFileSync('docker', ['ps', '-q', '--filter', `label=provision.project=${project.dir}`])
      .toString()
      .trim()
    const ask = (where: string, ...args: readonly string[]): void =>
      searchIn(search, where, execFileSync('docker', args), planted)
    const inNode = (...args: readonly string[]) => ['exec', id, 'docker', ...args]
    const until = String(Math.floor(Date.now() / 1000) + 1)
    ask('inspect here', 'inspect', id)
    ask('log of the node', 'logs', id)
    ask('events here', 'events', '--since', String(started), '--until', until)
    ask('events of the node', ...inNode('events', '--since', String(started), '--until', until))
    ask('list of the node', ...inNode('ps', '--all', '--no-trunc', '--format', '{{json .}}'))
    ask(
      'labels',
      ...inNode('inspect', '--format', '{{json .Config.Labels}} {{json .Config.Cmd}}', 'keeps', 'talks'),
    )
    ask('history of the image', 'history', '--no-trunc', '--format', '{{json .}}', `${project.prefix}/tiny`)
    const source = [join(project.dir, 'secret.ts'), join(project.dir, 'playbooks')]
    searchFolder(search, project.dir, planted, (path) => source.includes(path))
    searchFolder(search, temporary, planted, () => false)
    const isOurs = (name: string): boolean => /^(provision|jiti)/.test(name)
    for (const name of readdirSync(tmpdir()).filter(isOurs))
      searchFolder(
        search,
        join(tmpdir(), name),
        planted,
        (path) => source.some((one) => path.startsWith(one)) || path.endsWith('.sock'),
      )
    searchNode(search, id, planted, (path) => quiet.test(path))
    tally('bytes searched for planted secrets', search.bytes)
    tally('command lines and environments looked at', watch?.looks() ?? 0)
    tally('runs with planted secrets', runs)
    expect([...new Set(search.found)]).toEqual([])
    expect(search.bytes).toBeGreaterThan(10_000_000)
    expect(search.allowed).toEqual(expect.arrayContaining(['/etc/planted/key', '/etc/planted/conf']))
  })
})
