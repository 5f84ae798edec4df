import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { effort, sampleOf, tally } from '../support/faults.ts'
import { losses } from '../support/node-losses.ts'
import { shortages } from '../support/node-shortages.ts'
import { nodeTrial, type NodeTrial } from '../support/node-trial.ts'

const survived = { losses: 0, shortages: 0 }
let trial: NodeTrial

beforeAll(async () => {
  trial = await nodeTrial('node-faults')
})
afterAll(async () => {
  tally('nodes lost, cut off or switched off, and what followed was right', survived.losses)
  tally('nodes without room, memory or the right time, and what followed was right', survived.shortages)
  await trial.end()
})

describe('a run whose node is lost: one clear error, and the next run makes it whole', () => {
  it.each(sampleOf(effort(), losses, 1))('$title', async (fault) => {
    expect(await trial.suffer(fault)).toEqual([])
    survived.losses += 1
  })
})

describe('a run that meets a host with', () => {
  it.each(sampleOf(effort(), shortages, 1))('$title', async (fault) => {
    expect(await trial.suffer(fault)).toEqual([])
    survived.shortages += 1
  })
})
