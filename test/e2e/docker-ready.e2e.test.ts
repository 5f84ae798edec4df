import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { ContainerBody, Readiness } from '../../src/core/action.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { dockerOf } from '../../src/transport/docker/index.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { awaiting, made, never, startDockerHost, waiting, type DockerHost } from '../support/docker-host.ts'
import { matching } from '../support/matching.ts'
import { startSshd } from '../support/sshd.ts'
import { httpServer } from '../support/tiny-image.ts'
import { ownCommand } from '../../src/core/text/own-command.ts'

let host: DockerHost
beforeAll(async () => {
  host = await startDockerHost('dtest-ready')
})
afterAll(() => host.stop())

const name = 'dtest-ready-it'
afterEach(() => host.done({ do: 'remove-container', name }))

test.each<[string, readonly string[], Readiness]>([
  [
    'by http, after it begins to listen',
    httpServer(80, 0.3, '200 OK'),
    { by: 'http', port: 80, path: '/', status: undefined },
  ],
  [
    'by http, after it first answers otherwise',
    httpServer(80, 0, '503 Wait', '404 Not yet', '204 Done'),
    { by: 'http', port: 80, path: '/health?a=b', status: 204 },
  ],
  ['by tcp', httpServer(81, 0.2, '200 OK'), { by: 'tcp', port: 81 }],
  ['by a line of its log', httpServer(82, 0.2, '200 OK'), { by: 'log', pattern: '^listen' }],
  ['by a command in it', httpServer(83, 0.1, '200 OK'), { by: 'command', argv: ['perl', '-e', 'exit 0'] }],
  ['by running', waiting, { by: 'running' }],
])('%s', async (_, command, check) => {
  await host.done(...made(name, host.body(command)), awaiting(name, check))
})

test('on the network of its host', async () => {
  await host.done(
    ...made(name, host.body(httpServer(28_083, 0, '200 OK'), { NetworkMode: 'host' })),
    awaiting(name, { by: 'http', port: 28_083, path: '/', status: undefined }),
  )
})

test.each<[string, readonly string[], Partial<ContainerBody['HostConfig']>, Readiness, RegExp, string]>([
  [
    'ends',
    ['perl', '-e', 'print "why\\n"; exit 3'],
    {},
    { by: 'running' },
    /it ended \(exit code 3\)/,
    'why',
  ],
  [
    'ends later, while its address is tried',
    ['perl', '-e', '$| = 1; print "so\\n"; select undef, undef, undef, 0.4; exit 4'],
    {},
    { by: 'http', port: 80, path: '/', status: undefined },
    /it ended \(exit code 4\)/,
    'so',
  ],
  [
    'has done its work',
    ['perl', '-e', 'print "done\\n"'],
    {},
    { by: 'tcp', port: 80 },
    /it ended \(exit code 0\)/,
    'what ends by itself is a command(…)',
  ],
  [
    'keeps restarting',
    ['perl', '-e', 'print "again\\n"; exit 5'],
    { RestartPolicy: { Name: 'always' } },
    { by: 'tcp', port: 80 },
    /it keeps restarting \(exit code 5\)/,
    'again',
  ],
])('a container that %s fails long before its time', async (_, command, settings, check, message, log) => {
  await host.done(...made(name, host.body(command, settings)))
  const error = await host.failure(awaiting(name, check, 60_000))
  expect(error).toMatchObject({ code: 'ready', help: ownCommand('logs', name) })
  expect(error.message).toMatch(message)
  expect(error.output).toContain(log)
})

test.each<[string, readonly string[], Readiness, RegExp]>([
  [
    'nobody listens',
    waiting,
    { by: 'http', port: 80, path: '/h', status: undefined },
    /^GET http:\/\/[\d.]+:80\/h: connection refused/,
  ],
  [
    'the answer is wrong',
    httpServer(80, 0, '500 No'),
    { by: 'http', port: 80, path: '/', status: undefined },
    /: answered 500/,
  ],
  [
    'the log lacks the line',
    waiting,
    { by: 'log', pattern: 'ready' },
    /no line of its log matches \/ready\//,
  ],
  [
    'the command fails',
    waiting,
    { by: 'command', argv: ['perl', '-e', 'print "not yet"; exit 7'] },
    /exit code 7: not yet/,
  ],
])('in time: %s', async (_, command, check, reason) => {
  await host.done(...made(name, host.body(command)))
  const error = await host.failure(awaiting(name, check, 3_000))
  expect(error).toMatchObject({ code: 'ready', message: `box › container ${name}: not ready after 3.0 s` })
  expect(error.output).toMatch(reason)
})

test('by the health check of its image, and at once where that has none', async () => {
  const engine = await localEngine()
  const check = ['CMD', 'perl', '-e', 'print "not yet\\n"; exit !-e "/up"']
  const comesUp = ['perl', '-e', 'select undef, undef, undef, 1.5; open F, ">/up"; close F; sleep 1000']
  const { Image, Labels } = host.body([])
  const image = 'dtest-ready-healthy:1'
  await engine.createContainer({
    ...{ name, Image, Labels, Cmd: comesUp },
    Healthcheck: { Test: check, Interval: 200_000_000, Retries: 2 },
  })
  await engine.getContainer(name).commit({ repo: 'dtest-ready-healthy', tag: '1' })
  await host.done({ do: 'remove-container', name })
  try {
    await host.done(
      ...made(name, { ...host.body(comesUp), Image: image }),
      awaiting(name, { by: 'health' }),
      { do: 'remove-container', name },
      ...made(name, { ...host.body(waiting), Image: image }),
    )
    const late = await host.failure(awaiting(name, { by: 'health' }, 3_000))
    expect(late.output).toMatch(/its health check says unhealthy \(exit code 1: not yet\)/)
    await host.done({ do: 'remove-container', name }, ...made(name, host.body(waiting)))
    expect(await host.failure(awaiting(name, { by: 'health' }, 60_000))).toMatchObject({
      code: 'ready',
      message: matching(/ready\.health: its image has no HEALTHCHECK/),
    })
  } finally {
    await host.port.perform([{ do: 'remove-container', name }], never)
    await engine.getImage(image).remove()
  }
})

test('Docker is spoken to through its own command, ports through a shell', async () => {
  const strict = await startSshd({}, ['AllowStreamLocalForwarding no', 'AllowTcpForwarding no'])
  const other = await connect(strict.target, never)
  const docker = dockerOf(other)
  await expect(other.forwardSocket('/var/run/docker.sock')).rejects.toThrow()
  await expect(other.forwardPort('127.0.0.1', strict.target.port)).rejects.toThrow()
  try {
    const actions = [
      ...made(name, host.body(httpServer(80, 0.3, '503 Wait', '200 OK'))),
      awaiting(name, { by: 'http', port: 80, path: '/', status: undefined }),
      awaiting(name, { by: 'tcp', port: 80 }),
    ]
    for (const action of actions) expect(await docker.perform([action], never)).toEqual([{ ok: true }])
    const [late] = await docker.perform([awaiting(name, { by: 'tcp', port: 81 }, 3_000)], never)
    expect(late).toMatchObject({
      ok: false,
      error: { code: 'ready', output: matching(/TCP [\d.]+:81: connection refused/) },
    })
    const asked = Array.from({ length: 20 }, () => ({ ask: 'container', name }) as const)
    expect(await docker.probe(asked, never)).toHaveLength(20)
  } finally {
    await docker.close()
    await other.close()
    await strict.stop()
  }
})
