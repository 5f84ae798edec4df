import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCli, runCli, type BuiltCli } from '../support/cli.ts'
import { effort, pointsOf, randomOf, replayOf, tally } from '../support/faults.ts'
import { longWorks, makeInterruptible, type Interruptible, type LongWork } from '../support/interruptible.ts'
import { startLink, type Link } from '../support/link.ts'
import { startLive, type Live } from '../support/live.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'

const name = `fint-${process.pid}`
const asked = effort()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The promise is 3 s; machines of tests are busy. Milliseconds. */
const bound = 5_000

let cli: BuiltCli
let sshd: Sshd
let link: Link
let project: Interruptible
beforeAll(async () => {
  cli = buildCli()
  sshd = await startSshd()
  link = await startLink(sshd, { rate: 1_000_000 })
  project = await makeInterruptible(name, sshd, link.target)
})
afterAll(async () => {
  await runCli(cli, ['destroy', ...project.args, '--yes'], { cwd: project.dir })
  await project.remove()
  await link.stop()
  await sshd.stop()
  cli.remove()
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
  after: (run) => run.text().includes('"line":"after"'),
  artifact: (run) => run.text().includes('"line":"at it"'),
  'artifact in an image': (run) => run.text().includes('"line":"at it"'),
  'image build': (run) => run.text().includes('"line":"at it"'),
}

describe('a signal ends a run in good order', () => {
  const times: number[] = []
  let over = 0
  const points = pointsOf(asked, longWorks.length, 60)
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
    await expect.poll(() => project.running(), { timeout: 3_000, interval: 100 }).toEqual([])
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
