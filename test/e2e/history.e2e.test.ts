import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cli } from '../support/the-cli.ts'
import { matching } from '../support/matching.ts'
import type { Called } from '../support/project.ts'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

const run = promisify(execFile)
const word = `pl"anted s$cret/w\u00f6rd?${process.pid}`
const env = { PLANTED_WORD: word }

/** What a run leaves behind for people: who did what, and how it ended. */
describe('the history of an environment', () => {
  let project: Scratch
  let stateDir: string

  const withCommand = (script: string, ready: string): void =>
    project.playbook(
      `return [
        file(one, '/etc/planted', { content: text\`<\${params.word}>\` }),
        container(one, 'talk', { image: tiny, env: { WORD: params.word }, command: ['sh', '-c', ${JSON.stringify(script)}], ports: { x: 80 }, stopTimeout: '1s'${ready} }),
      ]`,
      "params: { word: { type: 'secret', env: 'PLANTED_WORD' }, say: { type: 'string', default: 'hello' } },",
    )
  const call = (...args: readonly string[]): Promise<Called> => project.provision(args, env)
  const resultOf = ({ events }: Called): unknown => events.find(({ event }) => event === 'result')?.['data']
  const runs = async (): Promise<unknown> => resultOf(await call('history', '--json'))

  beforeAll(() => {
    project = scratchOnSharedBox('one')
    stateDir = join(project.dir, '.provision', project.prefix)
    withCommand('sleep 1000', '')
  })
  afterAll(async () => {
    await project.remove()
  })

  it('is empty before the first run', async () => {
    expect(said(await call('history'))).toBe('no run has been recorded yet\n')
  })

  it('tells a run that went well: who, with what, which plan, which steps', async () => {
    expect((await call('quickstart', '--json', '--param', 'say=hi')).code).toBe(0)
    expect(await runs()).toMatchObject({
      runs: [{ number: 1, command: 'quickstart', changed: 2, failed: 0, ended: 'ok' }],
    })
    expect(resultOf(await call('history', 'show', '1', '--json'))).toMatchObject({
      head: {
        params: { say: 'hi', word: '[secret]' },
        versions: { provision: matching(/./), node: process.version, engine: matching(/^\d/) },
      },
      ended: 'ok',
    })
    const text = said(await call('history', 'show', '1'))
    expect(text).toMatch(/planned:\n\+ one › file \/etc\/planted\n\+ one › container talk\n/)
    expect(text).toMatch(/✔ +apply +one › container talk +create +\d/)
    expect(statSync(join(stateDir, 'journal/1.jsonl')).mode & 0o777).toBe(0o600)
  })

  it('tells a run that failed, which leaves a capsule that explains it', async () => {
    withCommand(
      'echo "<$WORD>"; printf %s "$WORD" | base64 -w 0; echo; exit 3',
      ", ready: { tcp: 'x', timeout: '2s' }",
    )
    const called = await call('refresh', '--plain')
    expect(called.code).toBe(1)
    const [, path = ''] = /details: (.*\.tar\.gz)\n/.exec(said(called)) ?? []
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const { stdout: names } = await run('tar', ['-tzf', path])
    for (const name of [
      'journal.jsonl',
      'plan.json',
      'versions.json',
      'facts.json',
      'failures.json',
      'talk.log',
      'talk.json',
    ])
      expect(names).toContain(name)
    const { stdout: facts } = await run('tar', ['-xzOf', path, '--wildcards', '*/facts.json', '*/talk.json'])
    expect(facts).toMatch(/"state": "running"[\s\S]*WORD=\[masked\]/)
    const { stdout: failures } = await run('tar', ['-xzOf', path, '--wildcards', '*/failures.json'])
    expect(failures).toMatch(
      /"help": "[\x20-\x7e]+ history show \([\x20-\x7e]+ logs talk: the one that is back\)"/,
    )
    expect(failures).not.toContain(String.raw`\u0000`)
    expect(await runs()).toMatchObject({ runs: [{ number: 2, failed: 1, ended: 'failed' }, {}] })
    expect(said(await call('history', 'show', '2'))).toMatch(
      /✖ +apply +one › container talk +failed[\s\S]*✖ one › container talk/,
    )
  })

  it('calls a run killed that was killed in the middle, and goes on after it', async () => {
    withCommand('sleep 1001', ", ready: { tcp: 'x', timeout: '60s' }")
    const child = spawn(process.execPath, [cli.bin, 'refresh', '--plain'], {
      cwd: project.dir,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    })
    const journal = join(stateDir, 'journal/3.jsonl')
    await vi.waitFor(() => expect(readFileSync(journal, 'utf8')).toMatch(/"task-started".*talk/), 20_000)
    expect(await runs()).toMatchObject({ runs: [{ number: 3, ended: 'running' }, {}, {}] })

    const refused = await call('refresh', '--no-wait', '--json')
    expect(refused.code).toBe(1)
    expect(refused.events.find(({ event }) => event === 'failed')).toMatchObject({
      failure: { code: 'locked', message: matching(new RegExp(`refresh.*pid ${child.pid ?? 0}.*since`)) },
    })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await runs()).toMatchObject({ runs: [{ number: 3, ended: 'killed' }, {}, {}] })
    expect(said(await call('history', 'show', '3'))).toMatch(/… +apply +one › container talk +not ended/)

    withCommand('sleep 1000', '')
    expect((await call('refresh', '--plain')).code).toBe(0)
    expect(await runs()).toMatchObject({ runs: [{ number: 4, ended: 'ok' }, { ended: 'killed' }, {}, {}] })
  })

  it('can be asked for what is not there', async () => {
    const { code, stderr } = await call('history', 'show', '99')
    expect([code, stderr]).toEqual([2, matching(/there is no run "99"; kept are 1 to 4/)])
  })

  it.runIf(process.getuid?.() === 0)('a disk without room is told before anything changes', async () => {
    const full = join(project.dir, '.provision', 'full')
    mkdirSync(full, { recursive: true })
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full])
    try {
      writeFileSync(join(full, 'filler'), Buffer.alloc(60 * 1024))
      const called = await call('quickstart', '--env', 'full', '--json')
      expect(called.code).toBe(1)
      expect(called.events.find(({ event }) => event === 'failed')).toMatchObject({
        failure: {
          code: 'state',
          message: matching(/\/full cannot be written: no space/),
          help: matching(/df/),
        },
      })
      expect((await project.objects()).filter((name) => name.startsWith('full-'))).toEqual([])
      expect(readdirSync(full)).toEqual(['filler'])
    } finally {
      await run('umount', [full])
    }
  })

  it('and the capsules hold no planted secret: in no file, plain, base64 or as in a URL', async () => {
    const forms = [
      word,
      Buffer.from(word).toString('base64'),
      encodeURIComponent(word),
      JSON.stringify(word).slice(1, -1),
    ]
    const root = join(project.dir, '.provision')
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    const texts = await Promise.all(
      files.map(async ({ name, parentPath }) => {
        const path = join(parentPath, name)
        const text = name.endsWith('.tar.gz')
          ? (await run('tar', ['-xzOf', path], { maxBuffer: 1e8 })).stdout
          : readFileSync(path, 'utf8')
        return { path, text }
      }),
    )
    expect(texts.length).toBeGreaterThan(6)
    expect(texts.filter(({ text }) => text.includes('[secret]')).length).toBeGreaterThan(3)
    expect(
      texts.flatMap(({ path, text }) => (forms.some((form) => text.includes(form)) ? [path] : [])),
    ).toEqual([])
  })

  it.each(['status', 'plan', 'refresh', 'stop', 'destroy --yes'])(
    'in which a newer tool was at work: %s names what that made, and changes nothing',
    async (words) => {
      const labels = [`environment=${project.prefix}`, `project=${project.dir}`, 'version=2', 'host=two']
      const name = `${project.prefix}-newer`
      const options = labels.flatMap((one) => ['--label', `provision.${one}`])
      await run('docker', ['create', '--name', name, ...options, 'debian:bookworm-slim', 'true'])
      try {
        const before = await project.objects()
        const called = await call(...words.split(' '), '--json')
        expect(called.code).toBe(1)
        expect(called.events.find(({ event }) => event === 'failed')).toMatchObject({
          failure: {
            code: 'conflict',
            message: `container ${name} was made by a newer provision (labels of version 2, this one knows 1)`,
          },
        })
        expect(await project.objects()).toEqual(before)
      } finally {
        await run('docker', ['rm', name])
      }
    },
  )

  it('outlives the environment', async () => {
    expect((await call('destroy', '--yes', '--plain')).code).toBe(0)
    expect(await runs()).toMatchObject({
      runs: [{ number: 6, command: 'destroy', ended: 'ok' }, ...Array.from({ length: 5 }, () => ({}))],
    })
  })
})
