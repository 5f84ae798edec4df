import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { effort, randomFrom, tally } from '../support/faults.ts'
import { said, scratch, type Scratch } from '../support/scratch.ts'
import { soakProject, soakWatch, type Figures, type Held, type SoakProject } from '../support/soak-project.ts'

const { seed } = effort()
/** `scripts/soak.sh` asks for hundreds. */
const rounds = Number(process.env['PROVISION_SOAK_ROUNDS'] ?? '') || 4

/** What may be more at the end than after the first tenth, whatever the number of rounds; images of ten states are kept. */
const room: Readonly<Record<keyof Figures, number>> = {
  ...{ objects: 0, images: 14, temporary: 0, nodeContainers: 1, nodeVolumes: 0, nodeImages: 14 },
  // Journals until there are 50 of them, and what belongs to each.
  state: 400,
  nodeDisk: 60_000,
  nodeTemporary: 2,
  nodeProcesses: 8,
}

describe(`${rounds} rounds of use`, () => {
  let project: Scratch
  let temporary: string
  let soak: SoakProject
  const random = randomFrom(seed)
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
  const provision = (...args: readonly string[]) => project.provision(args, { TMPDIR: temporary })

  beforeAll(async () => {
    project = scratch('one')
    temporary = realpathSync(mkdtempSync(join(tmpdir(), 'soak-')))
    soak = soakProject(project, temporary)
    expect(said(await provision('quickstart', '--plain'))).not.toMatch(/✖/)
  })
  afterAll(async () => {
    await project.remove()
    rmSync(temporary, { recursive: true, force: true })
  })

  it('leave nothing behind: edits, restarts of the node, runs cut short', async () => {
    let first: Figures | undefined
    const counts = { refreshes: 0, restarts: 0, interruptions: 0, kills: 0 }
    for (let round = 0; round < rounds; round++) {
      for (let edits = 1 + Math.floor(random() * 3); edits > 0; edits--) pick(soak.edits)?.()
      const chance = random()
      if (chance < 0.08) {
        counts.restarts += 1
        await soak.restartNode()
      } else if (chance < 0.25) {
        counts.interruptions += 1
        // Null: it came before the tool could listen, and ended Node.js itself.
        expect([0, 130, null]).toContain(await soak.cutShort('SIGINT', random() * 1_500))
      } else if (chance < 0.32) {
        counts.kills += 1
        await soak.cutShort('SIGKILL', random() * 1_500)
      }
      const called = await provision('refresh', '--plain')
      counts.refreshes += 1
      expect(said(called), `round ${round} with seed ${seed}`).not.toMatch(/✖/)
      if (round >= Math.floor(rounds / 10)) first ??= await soak.measure()
    }
    for (const [what, count] of Object.entries(counts)) tally(`soak: ${what}`, count)
    const last = await soak.measure()
    process.stdout.write(`soak: first ${JSON.stringify(first)}\nsoak: last  ${JSON.stringify(last)}\n`)
    const before: Readonly<Record<string, number>> = { ...(first ?? last) }
    const after: Readonly<Record<string, number>> = { ...last }
    for (const [what, most] of Object.entries(room))
      expect((after[what] ?? 0) - (before[what] ?? 0), `${what} grew`).toBeLessThanOrEqual(most)
    expect(said(await provision('plan', '--exit-code', '--plain'))).toMatch(/no changes/)
  })

  it('of a watch take no memory and no descriptors', async () => {
    const watch = soakWatch(project, temporary)
    const held: Held[] = []
    try {
      await watch.rests(1)
      for (let round = 0; round < rounds; round++) {
        // Those that a watch hears of whatever came before.
        soak.edits[[0, 3, 5, 7][Math.floor(random() * 4)] ?? 0]?.()
        await watch.rests(round + 2)
        held.push(watch.held())
      }
    } finally {
      expect(await watch.stop()).toBe(130)
    }
    expect(watch.failures()).toEqual([])
    const megabytes = held.filter((_, i) => i % 10 === 0).map(({ memory }) => Math.round(memory / 1e6))
    process.stdout.write(`soak: megabytes of the watch, every tenth edit: ${megabytes.join(' ')}\n`)
    // The first third is for what is loaded once; of the rest the beginning and the end are compared.
    const late = held.slice(Math.floor(held.length / 3))
    const part = Math.ceil(late.length / 4)
    const mean = (some: readonly Held[], of: keyof Held) =>
      some.reduce((sum, one) => sum + one[of], 0) / some.length
    const grown = (of: keyof Held) => mean(late.slice(-part), of) - mean(late.slice(0, part), of)
    tally('soak: edits that a watch lived through', held.length)
    tally('soak: megabytes that the watch holds at the end', Math.round((held.at(-1)?.memory ?? 0) / 1e6))
    tally('soak: kilobytes that it grew by since the first third', Math.round(grown('memory') / 1e3))
    tally('soak: descriptors that the watch holds at the end', held.at(-1)?.descriptors ?? 0)
    expect(grown('descriptors')).toBeLessThanOrEqual(2)
    expect(grown('memory')).toBeLessThan(40e6)
  })
})
