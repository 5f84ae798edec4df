import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type Dockerode from 'dockerode'
import { dockerReason, dockerStatus } from '../../../src/transport/docker/error.ts'
import { localEngine } from '../../../src/transport/docker/engine.ts'
import { fakeEngine, tell } from '../../support/fake-engine.ts'
import { matching } from '../../support/matching.ts'

const whole = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n[{"Id":"abc"}]'

/** The ends of a way to an engine that breaks after so many bytes of an answer, without an error: here, or through a host. */
const ways: readonly (readonly [
  string,
  (cut: number, ask: (docker: Dockerode) => unknown) => Promise<unknown>,
])[] = [
  [
    'of this machine',
    async (cut, ask) => {
      const folder = await mkdtemp(join(tmpdir(), 'provision-cut-'))
      const path = join(folder, 'sock')
      const server = createServer((socket) =>
        socket.once('data', (data) =>
          socket.end(data.includes('_ping') ? 'HTTP/1.1 200 OK\r\n\r\n' : whole.slice(0, cut)),
        ),
      ).listen(path)
      await once(server, 'listening')
      try {
        return await ask(await localEngine({ DOCKER_HOST: `unix://${path}` }))
      } finally {
        server.close()
        await rm(folder, { recursive: true })
      }
    },
  ],
  [
    'of a host',
    async (cut, ask) => {
      const engine = await fakeEngine((_, response) => void response.socket?.end(whole.slice(0, cut)))
      try {
        return await ask(engine.docker)
      } finally {
        await engine.stop()
      }
    },
  ],
]

const cuts = [0, 5, 20, 60, 71, 72, 80, whole.length - 1]
it.each(ways.flatMap(([whose, way]) => cuts.map((cut) => [whose, cut, way] as const)))(
  'an answer of the engine %s that is cut off after %i bytes fails its call at once',
  async (_, cut, way) => {
    const asked = way(cut, (docker) => docker.listContainers())
    await expect(asked).rejects.toMatchObject({ code: matching(/^(ECONNRESET|HPE_)/) })
  },
)

it.each(ways)('a whole answer of the engine %s is what it says', async (_, way) => {
  expect(await way(whole.length, (docker) => docker.listContainers())).toEqual([{ Id: 'abc' }])
})

it('a refusal has its status and Docker’s words', async () => {
  const engine = await fakeEngine((_, response) => tell(response, { message: 'No such image: x' }, 404))
  const refusal: unknown = await engine.docker
    .getImage('x')
    .inspect()
    .catch((error: unknown) => error)
  expect([dockerStatus(refusal), dockerReason(refusal)]).toEqual([404, 'No such image: x'])
  await engine.stop()
})
