import { expect, test } from 'vitest'
import { followLogs } from '../../../src/cli/logs/follow-logs.ts'
import { ProvisionError } from '../../../src/core/error.ts'
import { fakeEngine, frame, tell } from '../../support/fake-engine.ts'

const down = new ProvisionError('host', 'app: nothing listens there')
const bug = new TypeError('a bug')

/** `web` has the container `talks` and no other one; `app` is down. */
async function read(...wanted: readonly (readonly [host: string, name: string])[]) {
  const engine = await fakeEngine((path, response) => {
    if (!path.includes('/talks/')) tell(response, { message: 'No such container' }, 404)
    else if (path.endsWith('/json')) tell(response, { Name: '/talks', Id: 'talks', Config: { Tty: false } })
    else response.end(frame('stdout', '2026-01-01T00:00:00.000000001Z said\n'))
  })
  const lines: string[] = []
  const told: string[] = []
  const signal = new AbortController().signal
  const options = { follow: false, tail: undefined, since: undefined, signal }
  const hosts: Readonly<Record<string, Error>> = { app: down, broken: bug }
  try {
    const troubles = await followLogs(
      wanted.map(([host, name]) => ({ host, name })),
      {
        dockerOf: (host) => (hosts[host] ? Promise.reject(hosts[host]) : Promise.resolve(engine.docker)),
        options: ({ name }) => ({ ...options, onLine: ({ text }) => void lines.push(`${name} ${text}`) }),
        onTrouble: ({ message }) => void told.push(message),
      },
    )
    return { lines, told: told.sort(), troubles }
  } finally {
    await engine.stop()
  }
}

test('a host that is down and a container that is not there keep no other from being read, and are told once', async () => {
  const wanted = [
    ['app', 'one'],
    ['web', 'gone'],
    ['web', 'talks'],
    ['app', 'two'],
  ] as const
  expect(await read(...wanted)).toEqual({
    lines: ['talks said'],
    told: ['app: nothing listens there', 'there is no container gone'],
    troubles: 2,
  })
})

test('the only one that is wanted fails with what it has', async () => {
  await expect(read(['app', 'one'])).rejects.toBe(down)
  await expect(read(['web', 'gone'])).rejects.toMatchObject({ code: 'usage' })
})

test('a fault of ours is none of a host', async () => {
  await expect(read(['web', 'talks'], ['broken', 'one'])).rejects.toBe(bug)
})
