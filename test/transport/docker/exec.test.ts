import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
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

describe('the container of a name', () => {
  /** What an engine is asked that has only one container, and how a command ends for one who names another. */
  const run = async (name: string, own: { readonly Name: string; readonly Id: string }) => {
    const asked: string[] = []
    const engine = await fakeEngine((path, response) => {
      asked.push(path)
      const [, , called = ''] = path.split('/')
      const isMeant = path.startsWith('/exec/') || own.Id.startsWith(called) || own.Name === `/${called}`
      if (!isMeant) tell(response, { message: `No such container: ${called}` }, 404)
      // A command that cannot be started has a code of its own.
      else if (path.endsWith('/start')) tell(response, { message: 'no such file' }, 400)
      else tell(response, own, path.endsWith('/json') ? 200 : 201)
    })
    const { signal } = new AbortController()
    const ended = containerExec(engine.docker, name, ['true'], { signal, onData: () => undefined })
    await ended.catch(() => undefined)
    await engine.stop()
    return { asked, ended }
  }
  const missing = (name: string) => ({
    ...{ code: 'action', message: `container ${name}: there is no such container` },
  })

  it('is none whose id begins like it', async () => {
    const { asked, ended } = await run('db', { Name: '/other', Id: 'db17' })
    await expect(ended).rejects.toMatchObject(missing('db'))
    expect(asked).toEqual(['/containers/db/json', '/containers/db.provision-new/exec'])
  })

  it.each(['user', 'db'])('is that which never became ready, where %s is not there', async (name) => {
    const { asked } = await run(name, { Name: `/${name}.provision-new`, Id: '17' })
    expect(asked).toContain('/exec/17/start')
  })

  it('is none where neither is there', async () => {
    const { ended } = await run('user', { Name: '/other', Id: '17' })
    await expect(ended).rejects.toMatchObject(missing('user'))
  })
})

describe('an engine that hangs', () => {
  const patience = { silence: 20, most: Infinity, answer: 80 }
  const { signal } = new AbortController()
  const hangs = {
    code: 'host',
    message: 'container web: Docker gives no answer within 0.1 s',
  }

  /** One that answers all but calls to these places. */
  const hangingAt = (pattern: RegExp) =>
    fakeEngine(
      (path, response) => {
        if (pattern.test(path)) return
        tell(response, { Id: 'e', ExitCode: 0, Running: false, Pid: 0 }, path.endsWith('/exec') ? 201 : 200)
      },
      (path, socket) => {
        if (!pattern.test(path))
          socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
      },
    )

  it.each([
    ['before it makes an exec', /\/exec$/],
    ['before it starts it', /\/start$/],
    ['while it runs', /_ping/],
  ])('%s fails it', async (_, place) => {
    const engine = await hangingAt(place)
    try {
      const asked = containerExec(engine.docker, 'web', ['true'], {
        signal,
        patience,
        onData: () => undefined,
      })
      await expect(asked).rejects.toMatchObject(hangs)
    } finally {
      await engine.stop()
    }
  })

  it('is told to who sits at a terminal, whose command goes on', async () => {
    const engine = await hangingAt(/_ping/)
    const stop = new AbortController()
    const told: string[] = []
    try {
      const asked = containerExec(engine.docker, 'web', ['sh'], {
        ...{ signal: stop.signal, patience },
        terminal: {
          size: () => ({ columns: 80, rows: 24 }),
          onResize: () => () => undefined,
          takeKeys: () => () => undefined,
          onHang: ({ message }) => {
            told.push(message)
            setTimeout(() => stop.abort(), 200)
          },
        },
        onData: () => undefined,
      })
      await expect(asked).rejects.toMatchObject({ code: 'interrupted' })
      expect(told).toEqual([hangs.message])
    } finally {
      await engine.stop()
    }
  })

  it('is none where it answers, however long a command is silent', async () => {
    const engine = await hangingAt(/nothing/)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 400)
    try {
      const asked = containerExec(engine.docker, 'web', ['sleep', '1000'], {
        ...{ signal: stop.signal, patience, onData: () => undefined },
      })
      await expect(asked).rejects.toMatchObject({ code: 'interrupted' })
    } finally {
      await engine.stop()
    }
  })
})
