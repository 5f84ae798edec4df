import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EndState } from '../support/end-state.ts'
import { effort, pointsOf, randomOf, tally } from '../support/faults.ts'
import { killTrial, type KillTrial } from '../support/kill-trial.ts'
import { momentIn, type Ran } from '../support/killed.ts'
import type { Version } from '../support/kill-project.ts'

const work = effort()
const other = { a: 'b', b: 'a' } as const
let trial: KillTrial
const clean = new Map<Version, { readonly state: EndState; readonly ran: Ran }>()

beforeAll(async () => {
  trial = killTrial('kill-refresh')
  await trial.run('quickstart')
  // Once each way, so that from then on each version leaves what it replaces in the same place.
  for (const version of ['b', 'a', 'b', 'a'] as const) {
    trial.project.edit(version)
    const ran = await trial.run('refresh')
    clean.set(version, { state: await trial.look(), ran })
  }
})
afterAll(() => trial.end())

it('a refresh that is killed at any moment: the next one gives what an undisturbed one gives', async () => {
  const failures: string[] = []
  let now: Version = 'a'
  let killed = 0
  for (const point of pointsOf(work, 3, 60)) {
    const random = randomOf(work, point)
    const wanted = clean.get(other[now])
    if (!wanted) throw new Error('no clean run')
    now = other[now]
    trial.project.edit(now)
    const outcome = await trial.point('refresh', point, momentIn(wanted.ran, random), wanted.state)
    killed += outcome.killed ? 1 : 0
    if (outcome.problem !== undefined) failures.push(outcome.problem)
    if (!outcome.recovered) await trial.anew(now)
  }
  tally('kills of refresh', killed)
  trial.tallies()
  expect(failures).toEqual([])
})
