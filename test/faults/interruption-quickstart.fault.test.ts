import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { differences, type EndState } from '../support/end-state.ts'
import { effort, pointsOf, randomOf, replayOf, tally } from '../support/faults.ts'
import { killTrial, type KillTrial } from '../support/kill-trial.ts'
import { startLive } from '../support/live.ts'

const asked = effort()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** The promise is 3 s; machines of tests are busy. Milliseconds. */
const bound = 6_000

/** From nothing, box included at every third point: needs minutes, so CI leaves it to `scripts/faults.sh`. */
describe.runIf(asked.only !== undefined || asked.points(0, 24) > 0)('an interrupted quickstart', () => {
  let trial: KillTrial
  let wanted: EndState
  let whole = 0
  let withBox = 0
  const times: number[] = []
  beforeAll(async () => {
    trial = await killTrial('interruption-quickstart')
    withBox = (await trial.run('quickstart')).ms
    wanted = await trial.look()
    await trial.project.provision(['destroy', '--yes'], trial.project.env)
    whole = (await trial.run('quickstart')).ms
  })
  afterAll(async () => {
    tally('interrupted quickstarts that converged', times.length)
    if (times.length > 0)
      tally('longest end of an interrupted quickstart, ms', Math.round(Math.max(...times)))
    await trial.end()
  })

  it.each(pointsOf(asked, 0, 24))('point %i', async (point) => {
    const random = randomOf(asked, point)
    const { project } = trial
    await project.provision(['destroy', '--yes'], project.env)
    if (point % 3 === 0) await trial.removeBoxes()
    const length = point % 3 === 0 ? withBox : whole
    const signal = signals[Math.floor(random() * signals.length)] ?? 'SIGINT'
    const run = startLive(project.cli, ['quickstart'], project.dir)
    const after = 200 + random() * (length - 200)
    await new Promise((resolve) => setTimeout(resolve, after))
    if (run.count('finished') > 0) return
    const at = performance.now()
    run.kill(signal)
    const code = await run.ended
    times.push(performance.now() - at)
    const what = `${signal} after ${Math.round(after)} ms; ${replayOf(asked, 'interruption-quickstart', point)}\n${run.text().slice(-2_000)}`
    expect(code, what).toBe(130)
    expect(times.at(-1), what).toBeLessThan(bound)
    const next = await project.provision(['quickstart', '--no-wait', '--json'], project.env)
    expect(next.code, `${what}\nnext: ${next.stdout.slice(-2_000)}${next.stderr}`).toBe(0)
    expect(differences(wanted, await trial.look()), what).toEqual([])
  })
})
