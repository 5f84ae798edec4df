import { PassThrough, type Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import type { Connection, Rights } from '../../../src/transport/ssh/connection.ts'
import { wayToDocker } from '../../../src/transport/docker/dial.ts'
import { fakeConnection } from '../../support/fake-connection.ts'

/** What `docker version` does with the rights of the user and of root: its exit code and what it says. */
type Versions = Record<Rights, readonly [code: number, says: string]>

const fine: Versions = { user: [0, ''], root: [0, ''] }

/** A connection that notes what is opened through it. */
function connectionOf(forwards: boolean, versions: Versions): { connection: Connection; opened: string[] } {
  const opened: string[] = []
  const open = (what: string): Promise<Duplex> => {
    opened.push(what)
    return Promise.resolve(new PassThrough())
  }
  const exec: Connection['exec'] = (argv, { as }) => {
    const [code, stderr] = argv[0] === 'docker' ? versions[as] : [0, '']
    return Promise.resolve({ code, stdout: Buffer.alloc(0), stderr })
  }
  const channel: Connection['channel'] = (text, as) => open(`${text} as ${as}`)
  const forwarding: Partial<Connection> = forwards ? { forwardSocket: open } : {}
  return { opened, connection: fakeConnection({ exec, channel, ...forwarding }) }
}

test.each<[string, boolean, Versions, string]>([
  ['the socket', true, fine, '/var/run/docker.sock'],
  ['the command of the user', false, fine, 'exec docker system dial-stdio as user'],
  [
    'the command with root’s rights',
    false,
    { user: [1, 'permission denied'], root: [0, ''] },
    'exec docker system dial-stdio as root',
  ],
])('Docker is reached by %s', async (_, forwards, versions, expected) => {
  const { connection, opened } = connectionOf(forwards, versions)
  const { dial } = wayToDocker(connection)
  await dial()
  await dial()
  expect(opened).toEqual([expected, expected])
})

test.each<[string, boolean, string]>([
  ['forwarded', true, '/var/run/docker.sock'],
  ['not forwarded', false, 'exec docker system dial-stdio as user'],
])('that it is %s is found out with what is dialled first', async (_, forwards, expected) => {
  const { connection, opened } = connectionOf(forwards, fine)
  const { dial, openAhead } = wayToDocker(connection)
  expect(await Promise.all([openAhead(2), openAhead(2)])).toEqual([forwards, forwards])
  await Promise.all([dial(), dial()])
  expect(opened).toEqual([expected, expected])
  expect(await openAhead(0)).toBe(forwards)
})

test.each<[string, Versions, string, string | undefined]>([
  [
    'is not installed',
    { user: [127, 'sh: docker: not found'], root: [127, ''] },
    'app: there is no Docker on this host',
    undefined,
  ],
  [
    'answers nobody',
    { user: [1, 'permission denied'], root: [1, 'Cannot connect to the Docker daemon'] },
    'app: Docker does not answer to this user',
    'Cannot connect to the Docker daemon',
  ],
])('Docker that %s', async (_, versions, message, output) => {
  const { dial } = wayToDocker(connectionOf(false, versions).connection)
  const expected = output === undefined ? { code: 'host', message } : { code: 'host', message, output }
  await expect(dial()).rejects.toMatchObject(expected)
})

test('what failed is tried again at the next call', async () => {
  const versions: Versions = { user: [1, 'starting'], root: [1, 'starting'] }
  const { connection, opened } = connectionOf(false, versions)
  const { dial } = wayToDocker(connection)
  await expect(dial()).rejects.toMatchObject({ code: 'host' })
  versions.user = [0, '']
  await dial()
  expect(opened).toEqual(['exec docker system dial-stdio as user'])
})
