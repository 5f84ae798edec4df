import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EndState } from '../support/end-state.ts'
import { effort, pointsOf, randomOf, tally } from '../support/faults.ts'
import { killTrial, type KillTrial } from '../support/kill-trial.ts'
import { momentIn, type Ran } from '../support/killed.ts'
import type { Version } from '../support/kill-project.ts'

/** What an undisturbed run makes, and how it goes. */
interface Clean {
  readonly state: EndState
  readonly ran: Ran
}

const work = effort()
const test = 'kill-controller'
const other = { a: 'b', b: 'a' } as const
let trial: KillTrial
const refreshed = new Map<Version, Clean>()
const begun = new Map<'baked' | 'unbaked', Clean>()

beforeAll(async () => {
  trial = await killTrial(test)
  begun.set('unbaked', await clean('quickstart'))
  for (const version of ['b', 'a'] as const) {
    trial.project.edit(version)
    refreshed.set(version, await clean('refresh'))
  }
})
afterAll(() => trial.end())

async function clean(command: string): Promise<Clean> {
  const ran = await trial.run(command)
  return { ran, state: await trial.look() }
}

it('a refresh that is killed at any moment: the next one gives what an undisturbed one gives', async () => {
  const failures: string[] = []
  let now: Version = 'a'
  let killed = 0
  for (const point of pointsOf(work, 2, 60)) {
    const wanted = the(refreshed.get(other[now]))
    now = other[now]
    trial.project.edit(now)
    const outcome = await trial.point(
      'refresh',
      point,
      momentIn(wanted.ran, randomOf(work, point)),
      wanted.state,
    )
    killed += outcome.killed ? 1 : 0
    if (outcome.problem !== undefined) failures.push(outcome.problem)
    if (!outcome.recovered) await trial.anew(now)
  }
  tally('kills of refresh', killed)
  expect(failures).toEqual([])
})

it('a quickstart that is killed at any moment: the next one gives what an undisturbed one gives', async () => {
  const failures: string[] = []
  const killed = { baked: 0, unbaked: 0 }
  trial.project.edit('a')
  await nothing('baked')
  begun.set('baked', await clean('quickstart'))
  for (const point of pointsOf(work, 2, 60)) {
    const box = point % 6 === 5 ? 'unbaked' : 'baked'
    const { ran, state } = the(begun.get(box))
    await nothing(box)
    const outcome = await trial.point('quickstart', point, momentIn(ran, randomOf(work, point)), state)
    killed[box] += outcome.killed ? 1 : 0
    if (outcome.problem !== undefined) failures.push(outcome.problem)
  }
  tally('kills of quickstart, box baked', killed.baked)
  tally('kills of quickstart that bakes', killed.unbaked)
  trial.tallies()
  expect(failures).toEqual([])
})

/** No nodes, no network, no keys, nothing built here; the box is there or not. */
async function nothing(box: 'baked' | 'unbaked'): Promise<void> {
  await trial.run('destroy', '--yes')
  if (box === 'unbaked') await trial.removeBoxes()
  const { dir, prefix } = trial.project
  rmSync(join(dir, '.provision'), { recursive: true, force: true })
  rmSync(join(dir, 'playbooks', prefix, 'out'), { recursive: true, force: true })
}

function the<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('there was no clean run')
  return thing
}
