import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { recorded, tapped } from '../../../src/cli/run/recorded.ts'
import type { Event } from '../../../src/core/event.ts'
import { secret, showable } from '../../../src/core/secret/index.ts'
import { statesIn } from '../../../src/engine/rollback/store.ts'
import type { Workspace } from '../../../src/engine/workspace.ts'
import { step } from '../../support/fake-run.ts'
import { fakeSession } from '../../support/fake-session.ts'
import { opened, playbookIn, playbookText, projectWith } from '../../support/opened.ts'

/** Records a run that tells these events and ends like that. */
async function record(
  workspace: Workspace,
  events: readonly Event[],
  ok: boolean,
): Promise<readonly Event[]> {
  const told: Event[] = []
  const tap = tapped((event) => told.push(event))
  const recording = {
    ...{ session: fakeSession(workspace, { emit: tap.emit }), tap, state: undefined },
    ...({ record: 'all', reads: { noted: () => undefined } } as const),
    engine: () => expect.unreachable('no engine is needed'),
    built: () => ({ built: new Map(), images: new Map() }),
  }
  const outcomes = { ok, changed: 0, unchanged: 0, failed: 0 }
  const work = (): Promise<void> => {
    for (const event of events) tap.emit(event)
    return Promise.resolve()
  }
  await recorded(recording, 'refresh', work, () => outcomes)
  return told
}

test.each<[string, (file: string) => void, kept: number]>([
  ['the same as when it was loaded is kept', () => undefined, 1],
  ['edited while the run waited is not', (file) => writeFileSync(file, playbookText('', '/* two */')), 0],
  ['importing more by then is not', (file) => writeFileSync(file, "import './more.ts'"), 0],
])('of a run that went well, a playbook that is %s', async (_, meanwhile, kept) => {
  const project = projectWith(playbookText(''))
  const workspace = await opened(project)
  meanwhile(playbookIn(project))
  const told = await record(workspace, [], true)
  expect(await statesIn(workspace.stateDir)).toHaveLength(kept)
  const edited = 'this run cannot be rolled back to: a file was edited while it was at work'
  expect(told.flatMap((event) => (event.event === 'note' ? [event.text] : []))).toEqual(
    kept === 1 ? [] : [edited],
  )
})

test('no capsule shows what stands for a secret', async () => {
  const workspace = await opened(projectWith(playbookText('')))
  const changes = [{ field: 'env.KEY', from: undefined, to: showable(secret('hunter22')) }]
  const plan = {
    ...{ playbook: 'shop', environment: 'shop' },
    steps: [step('web', 'container', 'app', 'create', changes)],
  }
  const events: Event[] = [
    { event: 'phase-started', phase: 'plan' },
    { event: 'planned', plan },
  ]
  const told = await record(workspace, events, false)
  const [path = ''] = told.flatMap((event) => (event.event === 'capsule' ? [event.path] : []))
  const shown = execFileSync('tar', ['-xzOf', path]).toString()
  expect(shown).toContain('"to": "[secret]"')
  expect(shown).not.toContain('secret:')
})
