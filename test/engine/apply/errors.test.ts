import { expect, it } from 'vitest'
import { ProvisionError } from '../../../src/core/error.ts'
import { applyPlan } from '../../../src/engine/apply/index.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { removal, step } from '../../support/resource.ts'

const onHost = (name: string) => ({ about: { host: 'h', name } })
it.each<[string, error: ProvisionError, message: string]>([
  ['the resource itself', new ProvisionError('action', 'no', onHost('file /a')), 'h › file /a: no'],
  ['its path', new ProvisionError('action', 'no', onHost('/a')), 'h › file /a: no'],
  ['a path below it', new ProvisionError('action', 'no', onHost('/a/b')), 'h › file /a: /a/b: no'],
  [
    'what begins as it does',
    new ProvisionError('action', 'no', onHost('file /ab')),
    'h › file /a: file /ab: no',
  ],
  ['nothing in particular', new ProvisionError('action', 'no'), 'h › file /a: no'],
  ['the host', new ProvisionError('action', 'no room', { about: 'h' }), 'h: no room'],
  [
    'a host that is lost',
    new ProvisionError('host', 'h: the connection was lost'),
    'h: the connection was lost',
  ],
])('of an error about %s, people read which resource it is', async (_, error, message) => {
  const steps = [step('h/file//a', { actions: [removal('/a')] })]
  const hosts = new Map([['h', fakeHost('h', { fails: () => error })]])
  const plan = { playbook: 'p', environment: 'e', steps }
  const { failed } = await applyPlan(plan, hosts, new AbortController().signal, () => undefined)
  expect(failed.map(({ failure }) => failure.message)).toEqual([message])
})
