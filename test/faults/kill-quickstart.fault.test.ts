import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EndState } from '../support/end-state.ts'
import { effort, pointsOf, randomOf, tally } from '../support/faults.ts'
import { killTrial, type KillTrial } from '../support/kill-trial.ts'
import { momentIn, type Ran } from '../support/killed.ts'

const work = effort()
let trial: KillTrial
let state: EndState
const clean = new Map<'baked' | 'unbaked', Ran>()

beforeAll(async () => {
  trial = killTrial('kill-quickstart')
  // The very first one also fills caches of the engine that nobody empties.
  await trial.run('quickstart')
  for (const box of ['unbaked', 'baked'] as const) {
    await nothing(box)
    clean.set(box, await trial.run('quickstart'))
  }
  state = await trial.look()
})
afterAll(() => trial.end())

/** No nodes, no network, no keys, nothing built here; the box is there or not. */
async function nothing(box: 'baked' | 'unbaked'): Promise<void> {
  await trial.run('destroy', '--yes')
  if (box === 'unbaked') await trial.removeBoxes()
  rmSync(join(trial.project.dir, '.provision'), { recursive: true, force: true })
  rmSync(join(trial.project.dir, 'playbooks', trial.project.prefix, 'out'), { recursive: true, force: true })
}

it('a quickstart that is killed at any moment: the next one gives what an undisturbed one gives', async () => {
  const failures: string[] = []
  const killed = { baked: 0, unbaked: 0 }
  for (const point of pointsOf(work, 3, 60)) {
    const random = randomOf(work, point)
    const box = point % 6 === 2 ? 'unbaked' : 'baked'
    const undisturbed = clean.get(box)
    if (!undisturbed) throw new Error('no clean run')
    await nothing(box)
    const outcome = await trial.point('quickstart', point, momentIn(undisturbed, random), state)
    killed[box] += outcome.killed ? 1 : 0
    if (outcome.problem !== undefined) failures.push(outcome.problem)
  }
  tally('kills of quickstart, box baked', killed.baked)
  tally('kills of quickstart that bakes', killed.unbaked)
  trial.tallies()
  expect(failures).toEqual([])
})
