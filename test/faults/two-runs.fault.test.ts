import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cli } from '../support/the-cli.ts'
import { effort, randomFrom, tally } from '../support/faults.ts'
import type { Live } from '../support/live.ts'
import { matching } from '../support/matching.ts'
import { ask } from '../support/project.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { makeTeam, type Team } from '../support/team.ts'

const { seed, points } = effort()
const random = randomFrom(seed)

let sshd: Sshd
let team: Team
let runs: Live[]
let nth = 0
beforeEach(async () => {
  runs = []
  sshd = await startSshd()
  team = await makeTeam(cli, sshd, `ftwo-${process.pid}-${nth++}`)
})
afterEach(async () => {
  for (const run of runs) {
    run.kill('SIGKILL')
    await run.ended
  }
  try {
    await team.remove()
  } finally {
    await sshd.stop()
  }
})

const start = (...args: Parameters<Team['run']>): Live => {
  const run = team.run(...args)
  runs.push(run)
  return run
}
const text = (run: Live): string => JSON.stringify(run.events())
const says = (run: Live, what: RegExp, timeout = 20_000) =>
  expect.poll(() => text(run), { timeout, interval: 50 }).toMatch(what)
const begun = (who: string) =>
  expect.poll(() => team.log(), { timeout: 30_000, interval: 20 }).toContain(`begin ${who}`)

describe('two runs from two machines on one host', () => {
  it('the second one waits, says for whom, and finds what the first one has left', async () => {
    const ann = start('ann', ['refresh'], 8)
    await begun('ann')
    const bob = start('bob', ['refresh'])
    await says(
      bob,
      /waiting for web: `provision refresh` of [^ ]+@[^ ]+ \(pid \d+\) has been at work here since/,
    )
    expect(await ann.ended).toBe(0)
    expect(await bob.ended).toBe(0)
    expect(team.log()).toEqual(['begin ann', 'end ann', 'begin bob', 'end bob'])
    const again = start('bob', ['plan', '--exit-code'])
    expect(await again.ended).toBe(0)
  })

  it('does not wait where that is not wanted, and another environment is not concerned', async () => {
    const ann = start('ann', ['refresh'], 30)
    await begun('ann')
    const bob = start('bob', ['refresh', '--no-wait'])
    expect(await bob.ended).toBe(1)
    expect(text(bob)).toMatch(/"code":"locked".*at work here since/)
    const other = start('bob', ['refresh', '--env', 'other', '--param', `place=${team.place}-other`])
    expect(await other.ended).toBe(0)
    expect(team.log()).toEqual(['begin ann'])
    ann.kill('SIGKILL')
  })

  it('where it does not wait, it ends what it builds meanwhile, and calls that no interruption', async () => {
    const ann = start('ann', ['refresh'], 60)
    await begun('ann')
    // Twice, one of which leaves its group.
    team.buildBy('bob', 'echo at it; setsid sleep 779 & sleep 779\n')
    const at = performance.now()
    const bob = start('bob', ['refresh', '--no-wait'])
    expect(await bob.ended).toBe(1)
    expect(performance.now() - at).toBeLessThan(20_000)
    expect(bob.events().findLast(({ event }) => event === 'failed')).toMatchObject({
      failure: {
        code: 'locked',
        message: matching(/^web: `provision refresh` of .* has been at work here since/),
        help: 'leave out --no-wait to wait for it',
      },
    })
    expect(await ask('ps', '-eo', 'args')).not.toMatch(/sleep 779/)
    expect(text(bob)).toMatch(/"line":"at it"/)
    expect(text(bob)).not.toMatch(/interrupted|not begun/)
    expect(bob.count('capsule')).toBe(1)
    expect(team.told('bob')).toMatch(/"code":"locked"/)
    expect(team.told('bob')).not.toMatch(/interrupted/)
    expect(team.log()).toEqual(['begin ann'])
    // Nothing of that look is in the way of anybody.
    ann.kill('SIGINT')
    expect(await ann.ended).toBe(130)
    team.buildBy('bob', 'mkdir -p out && cat who > out/blob\n')
    expect(await start('bob', ['refresh', '--no-wait']).ended).toBe(0)
  })

  it('a killed owner leaves neither the lock nor what it had started', async () => {
    const ann = start('ann', ['refresh'], 777)
    await begun('ann')
    ann.kill('SIGKILL')
    const bob = start('bob', ['refresh'])
    expect(await bob.ended).toBe(0)
    expect(team.log()).toEqual(['begin ann', 'begin bob', 'end bob'])
    expect(await ask('ps', '-eo', 'args')).not.toMatch(/sleep 777/)
  })

  /** Stops a run in the middle, takes its lock away, lets another one do its work, and lets the first go on. */
  const fenced = async (
    moment: (ann: Live) => Promise<unknown>,
    takeAway: () => Promise<unknown>,
  ): Promise<boolean> => {
    const ann = start('ann', ['refresh'], 1)
    await moment(ann)
    ann.kill('SIGSTOP')
    await sleep(100)
    const wasLate = ann.count('finished') > 0
    if (!wasLate) await takeAway()
    // In any case, so that the next of ann's runs has something to do.
    const bob = start('bob', ['refresh'])
    expect(await bob.ended).toBe(0)
    if (wasLate) return false
    const after = await team.look()
    ann.kill('SIGCONT')
    const code = await ann.ended
    // What it had done by then may have been all.
    if (code !== 0) expect(text(ann)).toMatch(/the lock was lost|connection|cannot be reached|stood still/)
    expect(await team.look()).toBe(after)
    const plan = start('bob', ['plan', '--exit-code'])
    expect(await plan.ended).toBe(0)
    return code !== 0
  }

  it('a paused owner whose connection is cut writes nothing when it goes on', async () => {
    let count = 0
    for (let i = 0; i < points(1, 24); i++) {
      const events = 8 + Math.floor(random() * 24)
      const moment =
        i === 0
          ? () => begun('ann')
          : async (ann: Live) =>
              expect
                .poll(() => ann.events().length > events || ann.count('finished') > 0, {
                  ...{ timeout: 30_000, interval: 2 },
                })
                .toBe(true)
      if (await fenced(moment, () => sshd.cut())) count++
    }
    tally('paused owners that were cut off and wrote nothing', count)
    expect(count).toBeGreaterThan(0)
  })

  it.runIf(points(0, 1) > 0)(
    'a paused owner that says nothing for long loses the lock, and writes nothing',
    async () => {
      expect(
        await fenced(
          () => begun('ann'),
          () => Promise.resolve(),
        ),
      ).toBe(true)
      tally('paused owners that lost the lock by their silence', 1)
    },
  )
})

describe('two runs in one project', () => {
  it('the second one waits for a paused owner, or does not, and goes on when that is killed', async () => {
    const first = start('ann', ['refresh'], 600)
    await begun('ann')
    const waiting = start('ann', ['refresh'])
    await says(waiting, /waiting: `provision refresh` of [^ ]+@[^ ]+ \(pid \d+\) has been at work here since/)
    first.kill('SIGSTOP')
    const late = start('ann', ['refresh'])
    await says(late, /waiting: another run has been at work on/)
    const hurried = start('ann', ['refresh', '--no-wait'])
    expect(await hurried.ended).toBe(1)
    expect(text(hurried)).toMatch(/"code":"locked".*another run has been at work on/)
    expect([first, waiting, late].map((run) => run.count('finished'))).toEqual([0, 0, 0])
    first.kill('SIGKILL')
    const codes = await Promise.all([waiting.ended, late.ended])
    expect(codes, `${text(waiting)}\n${text(late)}`).toEqual([0, 0])
    expect(team.log()).toEqual(['begin ann', 'begin ann', 'end ann'])
  })
})
