import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dockerOver } from '../../../src/transport/docker/agent.ts'
import { containerExec } from '../../../src/transport/docker/exec.ts'
import { fakeEngine, tell } from '../../support/fake-engine.ts'

it('ends a command whose start was on its way when it was told to stop', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'provision-exec-test-'))
  const path = join(folder, 'sock')
  const stop = new AbortController()
  let started = false
  // An engine that starts what it is asked to, and is told to stop before it has said so.
  const server = createServer(({ url = '' }, response) => {
    if (url.endsWith('/start')) {
      started = true
      stop.abort(new Error('told to stop'))
      return
    }
    response.setHeader('content-type', 'application/json')
    response.statusCode = url.endsWith('/json') ? 200 : 201
    response.end(JSON.stringify({ Id: 'e', Running: started, Pid: started ? 17 : 0, ExitCode: null }))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const { docker, agent } = dockerOver(() => Promise.resolve(connect(path)))
  try {
    const pids: number[] = []
    const asked = containerExec(docker, 'user', ['sleep', '1000'], {
      signal: stop.signal,
      end: (pid) => Promise.resolve(void pids.push(pid)),
      onData: () => undefined,
    })
    await expect(asked).rejects.toMatchObject({ code: 'interrupted' })
    expect(pids).toEqual([17])
  } finally {
    agent.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  }
})

it('runs nothing in a container whose id begins like the name', async () => {
  const asked: string[] = []
  const engine = await fakeEngine((path, response) => {
    asked.push(path)
    tell(response, { Name: '/other', Id: 'db17' }, path.endsWith('/json') ? 200 : 201)
  })
  const signal = new AbortController().signal
  try {
    await expect(
      containerExec(engine.docker, 'db', ['true'], { signal, onData: () => undefined }),
    ).rejects.toMatchObject({ code: 'action', message: 'container db: there is no such container' })
    expect(asked).toEqual(['/containers/db/json'])
  } finally {
    await engine.stop()
  }
})
