import { expect, it } from 'vitest'
import type { Action } from '../../../src/core/action.ts'
import { applyPlan } from '../../../src/engine/apply/index.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { step } from '../../support/resource.ts'
import { never } from '../../support/transport.ts'
import { ownCommand } from '../../../src/core/text/own-command.ts'

const renamed = (name: string, to: string): Action => ({ do: 'rename-container', name, to })
const removal = (name: string): Action => ({ do: 'remove-container', name })

const actions: readonly Action[] = [
  renamed('c', 'c.old'),
  { do: 'rename-container', name: 'c.new', to: 'c', handsOver: true },
  removal('c.old'),
]
const undo = [removal('c.new'), renamed('c.old', 'c')]

const told = (action: Action): string =>
  action.do === 'rename-container'
    ? `${action.name} → ${action.to}`
    : action.do === 'remove-container'
      ? `- ${action.name}`
      : action.do

it('what is not put back with a former container is told', async () => {
  const host = fakeHost('h', { fails: (action) => (told(action) === 'c.new → c' ? 'busy' : undefined) })
  const unrestored = ['the former content of /app.jar']
  const steps = [step('h/container/c', { actions, undo, unrestored })]
  const plan = { playbook: 'p', environment: 'e', steps }
  const { failed } = await applyPlan(plan, new Map([['h', host]]), never, () => undefined)
  expect(failed[0]?.failure).toMatchObject({
    message: 'h › container c: busy (the former one is back, but not the former content of /app.jar)',
    help: `${ownCommand('rollback')} brings back all of it`,
  })
})

it.each<[string, string, string[], RegExp]>([
  ['it is put back until then', 'c.new → c', ['- c.new', 'c.old → c'], /\(the former one is back\)$/],
  ['what fails later takes nothing back', '- c.old', [], /busy \(the new one has taken over\)$/],
])('once a new container has the name of the former one: %s', async (_, failing, mended, message) => {
  const host = fakeHost('h', { fails: (action) => (told(action) === failing ? 'busy' : undefined) })
  const plan = { playbook: 'p', environment: 'e', steps: [step('h/container/c', { actions, undo })] }
  const { failed } = await applyPlan(plan, new Map([['h', host]]), never, () => undefined)
  const done = host.batches.flat().map(told)
  expect(done.slice(done.indexOf(failing) + 1)).toEqual(mended)
  expect(failed[0]?.failure.message).toMatch(message)
})
