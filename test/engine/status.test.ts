import { expect, it } from 'vitest'
import { ProvisionError } from '../../src/core/error.ts'
import { statusOf } from '../../src/engine/status.ts'
import { defineBox, definePlaybook } from '../../src/index.ts'
import { providedHost } from '../support/connected-host.ts'
import { fakeSession, workspaceOf } from '../support/fake-session.ts'

/** The status of one host whose connection does not come about, where the user may stop the question meanwhile. */
function asked(stop: (by: AbortController) => void) {
  const stopper = new AbortController()
  const playbook = definePlaybook({
    name: 'shop',
    box: defineBox({ name: 'none', build: new URL('file:///nowhere') }),
    hosts: ['web'],
    resources: () => [],
  })
  const session = fakeSession(workspaceOf(playbook), {
    signal: stopper.signal,
    connect: () => {
      stop(stopper)
      return Promise.reject(new ProvisionError('host', 'no answer within 10 s', { about: 'web' }))
    },
  })
  const provider = { ...session.provider, survey: () => Promise.resolve([providedHost('web')]) }
  return statusOf({ ...session, provider })
}

it('tells a host that does not answer', async () => {
  const { hosts } = await asked(() => undefined)
  expect(hosts).toMatchObject([{ name: 'web', state: 'unreachable', reason: 'web: no answer within 10 s' }])
})

it('tells nothing of a host where the user stops the question', async () => {
  const reason = new ProvisionError('interrupted', 'stopped by SIGINT')
  await expect(asked((by) => by.abort(reason))).rejects.toBe(reason)
})
