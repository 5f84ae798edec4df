import { expect, test } from 'vitest'
import { containerLogs, lastLines, type LogLine } from '../../../src/transport/docker/logs.ts'
import { fakeEngine, frame, tell } from '../../support/fake-engine.ts'

const never = new AbortController().signal

test.each<[string, boolean, object]>([
  ['a log that is cut off', true, { code: 'host', message: 'container user: Docker broke off (aborted)' }],
  ['a log that cannot be had', false, { code: 'host', message: 'container user: no driver' }],
])('%s is told as the fault of the host', async (_, begins, expected) => {
  const engine = await fakeEngine((path, response) => {
    if (path.endsWith('/json')) tell(response, { Name: '/user', Id: 'user', Config: { Tty: false } })
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

test('an engine that hangs is told, and not waited for', async () => {
  const engine = await fakeEngine(() => undefined)
  try {
    const reading = containerLogs(engine.docker, 'user', {
      signal: never,
      patience: 50,
      onLine: () => undefined,
    })
    await expect(reading).rejects.toMatchObject({
      code: 'host',
      message: 'container user: Docker gives no answer within 0.1 s',
    })
  } finally {
    await engine.stop()
  }
})

test('what fails with a line is nothing of Docker', async () => {
  const engine = await fakeEngine((path, response) => {
    if (path.endsWith('/json')) tell(response, { Name: '/user', Id: 'user', Config: { Tty: false } })
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

test.each([true, false])('lines are passed on as they come, where follow is %s', async (follow) => {
  const stop = new AbortController()
  const engine = await fakeEngine((path, response) => {
    if (path.endsWith('/json')) tell(response, { Name: '/user', Id: 'user', Config: { Tty: false } })
    // A long log never ends.
    else response.write(frame('stdout', '2026-01-01T00:00:00.000000001Z first\n'))
  })
  try {
    const first = await new Promise((resolve) => {
      const onLine = ({ text }: LogLine) => resolve(text)
      void containerLogs(engine.docker, 'user', { follow, signal: stop.signal, onLine })
    })
    expect(first).toBe('first')
  } finally {
    stop.abort()
    await engine.stop()
  }
})

test('a container whose id begins like the name is another one', async () => {
  const engine = await fakeEngine((path, response) => {
    if (path.includes('db.provision-new/json')) tell(response, { message: 'no such container' }, 404)
    else if (path.endsWith('/json')) tell(response, { Name: '/other', Id: 'db17', Config: { Tty: false } })
    else response.end(frame('stdout', '2026-01-01T00:00:00.000000001Z of another\n'))
  })
  try {
    const reading = containerLogs(engine.docker, 'db', { signal: never, onLine: () => undefined })
    await expect(reading).rejects.toMatchObject({ code: 'usage', message: 'there is no container db' })
  } finally {
    await engine.stop()
  }
})

test('a container may also be called by its whole id', async () => {
  const id = 'ab'.repeat(32)
  const engine = await fakeEngine((path, response) => {
    if (path === `/containers/${id}/json`) tell(response, { Name: '/node', Id: id, Config: { Tty: false } })
    else if (path.endsWith('/json')) tell(response, { message: 'no such container' }, 404)
    else response.end(frame('stdout', '2026-01-01T00:00:00.000000001Z why\n'))
  })
  try {
    expect(await lastLines(engine.docker, id, 20)).toEqual(['why'])
  } finally {
    await engine.stop()
  }
})
