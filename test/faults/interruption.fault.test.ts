import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { effort, pointsOf, randomOf, replayOf, tally } from '../support/faults.ts'
import {
  longWorks,
  makeInterruptible,
  stubborn,
  type Interruptible,
  type LongWork,
} from '../support/interruptible.ts'
import { startLink, type Link } from '../support/link.ts'
import { startLive, type Live } from '../support/live.ts'
import { projectWith } from '../support/playbook-folder.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'

const name = `fint-${process.pid}`
const asked = effort()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The promise is 3 s; machines of tests are busy. Milliseconds. */
const bound = 5_000

let sshd: Sshd
let link: Link
let project: Interruptible
beforeAll(async () => {
  sshd = await startSshd()
  link = await startLink(sshd, { rate: 1_000_000 })
  project = await makeInterruptible(name, sshd, link.target)
})
afterAll(async () => {
  await runCli(cli, ['destroy', ...project.args, '--yes'], { cwd: project.dir })
  await project.remove()
  await link.stop()
  await sshd.stop()
})

const start = (long: string, ...args: readonly string[]): Live => {
  const [command = 'refresh', ...rest] = args
  return startLive(cli, [command, ...project.args, '--param', `long=${long}`, ...rest], project.dir)
}
const isAtIt: Record<LongWork, (run: Live) => boolean> = {
  command: (run) => run.text().includes('"line":"at it"'),
  upload: () => link.bytes() > 3_000_000,
  'small files': () => link.bytes() > 1_000_000,
  ready: (run) => /task-started[^\n]*container/.test(run.text()),
  after: (run) => run.text().includes('"text":"after"'),
  artifact: (run) => run.text().includes('"line":"at it"'),
  'artifact in an image': (run) => run.text().includes('"line":"at it"'),
  'image build': (run) => run.text().includes('"line":"at it"'),
}

describe('a signal ends a run in good order', () => {
  const times: number[] = []
  let over = 0
  const points = pointsOf(asked, 3, 60)
  it.each(points)('point %i', async (point) => {
    const random = randomOf(asked, point)
    const long = longWorks[point % longWorks.length] ?? 'command'
    const signal = signals[Math.floor(random() * signals.length)] ?? 'SIGINT'
    const before = link.bytes()
    const reached = {
      ...isAtIt,
      upload: () => link.bytes() > before + 3_000_000,
      'small files': () => link.bytes() > before + 1_000_000,
    }[long]
    process.env['LONG_AFTER'] = long === 'after' ? '1' : ''
    const run = start(long)
    await expect
      .poll(() => reached(run) || run.count('finished') > 0, { timeout: 60_000, interval: 20 })
      .toBe(true)
    await sleep(random() * 400)
    if (run.count('finished') > 0) {
      expect(await run.ended).toBe(0)
      over++
      return
    }
    const at = performance.now()
    run.kill(signal)
    const code = await run.ended
    const took = performance.now() - at
    times.push(took)
    const what = `${long}, ${signal}; ${replayOf(asked, 'interruption', point)}\n${run.text().slice(-3_000)}`
    process.env['LONG_AFTER'] = ''
    expect(code, what).toBe(130)
    expect(took, what).toBeLessThan(bound)
    expect(run.events().at(-1), what).toMatchObject({ event: 'finished', ok: false })
    expect(run.text(), what).toMatch(/"code":"interrupted","message":"stopped by/)
    // The kernel is done with what was killed a moment later.
    await expect.poll(() => project.running(), { timeout: 5_000, interval: 100 }).toEqual([])
    const next = await runCli(cli, ['refresh', ...project.args, '--no-wait', '--json'], { cwd: project.dir })
    expect(next.code, `${what}\nnext: ${next.stdout.slice(-2_000)}${next.stderr}`).toBe(0)
    const plan = await runCli(cli, ['plan', ...project.args, '--exit-code'], { cwd: project.dir })
    expect(plan.code, `${what}\n${plan.stdout}`).toBe(0)
  })
  afterAll(() => {
    tally('interrupted runs that left nothing and converged', times.length)
    tally('runs that were over before', over)
    tally('longest end of one, ms', Math.round(Math.max(...times)))
  })
})

describe('a signal', () => {
  /** The lines of `text` of the events of a kind. */
  const stop = async (run: Live, signal: NodeJS.Signals = 'SIGINT') => {
    const at = performance.now()
    run.kill(signal)
    expect(await run.ended).toBe(130)
    expect(performance.now() - at).toBeLessThan(bound)
  }
  const until = (run: Live, what: RegExp) =>
    expect.poll(() => run.text(), { timeout: 60_000, interval: 20 }).toMatch(what)

  it('tells what was not begun, and is in the history as it was', async () => {
    await rm(join(sshd.folder, 'place'), { recursive: true, force: true })
    const run = start('command', 'refresh', '--profile')
    await until(run, /"line":"at it"/)
    await stop(run)
    expect(run.text()).toMatch(/not begun, because the run was interrupted: web\/file\/.*\/last/)
    expect(run.events().at(-1)).toMatchObject({ event: 'finished', ok: false })
    const { stdout } = await runCli(cli, ['history', ...project.args.slice(0, 1), '--json'], {
      cwd: project.dir,
    })
    expect(stdout).toMatch(/stopped by SIGINT|interrupted/)
    await expect.poll(() => project.running(), { timeout: 5_000, interval: 100 }).toEqual([])
  })

  it('twice ends at once, and nothing is left all the same', async () => {
    const run = start('artifact')
    await until(run, /"line":"at it"/)
    run.kill('SIGINT')
    await sleep(100)
    const at = performance.now()
    run.kill('SIGINT')
    expect(await run.ended).toBe(130)
    expect(performance.now() - at).toBeLessThan(1_000)
    await expect.poll(() => project.running(), { timeout: 5_000 }).toEqual([])
  })

  it('ends the waiting for another run, here and on a host', async () => {
    const first = start('command')
    await until(first, /"line":"at it"/)
    const here = start('nothing')
    await until(here, /waiting: /)
    await stop(here)
    // The same project as another machine has it.
    const elsewhere = projectWith({ 'package.json': '{ "type": "module" }' })
    cpSync(join(project.dir, 'playbooks'), join(elsewhere.dir, 'playbooks'), { recursive: true })
    const there = startLive(cli, ['refresh', ...project.args, '--param', 'long=command'], elsewhere.dir)
    await until(there, /waiting for web: /)
    await stop(there, 'SIGTERM')
    elsewhere.remove()
    expect(first.count('finished')).toBe(0)
    await stop(first)
  })

  it('ends what exec has started in a container', async () => {
    expect((await runCli(cli, ['refresh', ...project.args], { cwd: project.dir })).code).toBe(0)
    const exec = [
      'exec',
      name,
      '--playbook',
      'main',
      ...project.args.slice(1),
      '--',
      'perl',
      '-e',
      stubborn,
      '',
      name,
    ]
    const child = spawn(process.execPath, [cli.bin, ...exec], {
      cwd: project.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = once(child, 'close')
    const first: unknown[] = await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')])
    expect(String(first[0])).toMatch(/^at it\n/)
    child.kill('SIGTERM')
    expect((await ended)[0]).toBe(130)
    await expect.poll(() => project.running(), { timeout: 5_000 }).toEqual([])
    // So does a reader that leaves, as soon as there is more for it.
    const talking = exec.map((word) => (word === stubborn ? '$| = 1; print "at it\n" while sleep 1' : word))
    const piped = spawn(process.execPath, [cli.bin, ...talking], {
      cwd: project.dir,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const gone = once(piped, 'close')
    await once(piped.stdout, 'data')
    piped.stdout.destroy()
    await gone
    await expect.poll(() => project.running(), { timeout: 5_000 }).toEqual([])
  })

  it('is none where a reader leaves early', async () => {
    const command = `'${process.execPath}' '${cli.bin}' status ${project.args.map((arg) => `'${arg}'`).join(' ')} | head -c 1 >/dev/null`
    const { stderr } = await promisify(execFile)('bash', ['-c', `set -o pipefail; ${command}`], {
      cwd: project.dir,
    })
    expect(stderr).toBe('')
  })
})
