import { expect, test } from 'vitest'
import { containerLogs } from '../../src/transport/docker-logs.ts'
import { fakeEngine, frame, tell } from '../support/fake-engine.ts'

const never = new AbortController().signal

test.each<[string, boolean, object]>([
  ['a log that is cut off', true, { code: 'host', message: 'container user: Docker broke off (aborted)' }],
  ['a log that cannot be had', false, { code: 'host', message: 'container user: no driver' }],
])('%s is told as the fault of the host', async (_, begins, expected) => {
  const engine = await fakeEngine((path, response) => {
    if (path.endsWith('/json')) tell(response, { Config: { Tty: false } })
    else if (begins)
      response.write(frame('stdout', '2026-01-01T00:00:00.000000001Z a\n'), () =>
        setTimeout(() => response.destroy(), 50),
      )
    else tell(response, { message: 'no driver' }, 500)
  })
  try {
    const reading = containerLogs(engine.docker, 'user', {
      ...{ follow: true, signal: never, onLine: () => undefined },
    })
    await expect(reading).rejects.toMatchObject(expected)
  } finally {
    await engine.stop()
  }
})

test('what fails with a line is nothing of Docker', async () => {
  const engine = await fakeEngine((path, response) => {
    if (path.endsWith('/json')) tell(response, { Config: { Tty: false } })
    else response.end(frame('stdout', '2026-01-01T00:00:00.000000001Z a\n'))
  })
  const bug = new TypeError('a bug')
  const onLine = () => {
    throw bug
  }
  try {
    await expect(containerLogs(engine.docker, 'user', { signal: never, onLine })).rejects.toBe(bug)
  } finally {
    await engine.stop()
  }
})
