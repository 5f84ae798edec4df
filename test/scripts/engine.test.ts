import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bash } from './bash.ts'

describe('asking the engine', () => {
  let folder: string
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.statusCode = request.url?.includes('absent') ? 404 : 200
    response.end()
  })
  beforeEach(async () => {
    asked.length = 0
    folder = mkdtempSync(join(tmpdir(), 'provision-engine-'))
    await new Promise<void>((resolve) => server.listen(join(folder, 'a socket'), resolve))
  })
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })
  const engine = (call: string, socket = 'a socket') =>
    bash({
      script: `node scripts/lib/engine.mjs ${call}`,
      env: { DOCKER_HOST: `unix://${join(folder, socket)}` },
    })

  test('one that answers', async () => {
    expect(await engine('ping')).toMatchObject({ code: 0, stdout: 'ok\n' })
  })
  test('one that is not there', async () => {
    expect(await engine('ping', 'nothing')).toMatchObject({ code: 0, stdout: 'down\n' })
  })
  test.each([
    ['debian:bookworm-slim', 0],
    ['absent:1', 1],
  ])('has %s', async (image, code) => {
    expect((await engine(`has ${image}`)).code).toBe(code)
    expect(asked).toEqual([`GET /images/${image}/json`])
  })
  test.each([
    ['debian', 0],
    ['absent', 1],
  ])('pull of %s counts by the image being there afterwards', async (name, code) => {
    expect((await engine(`pull ${name} slim 5`)).code).toBe(code)
    expect(asked).toEqual([`POST /images/create?fromImage=${name}&tag=slim`, `GET /images/${name}:slim/json`])
  })
})

describe('an engine that is named and does not answer is not replaced by another', () => {
  const need = (DOCKER_HOST: string, before = '') => {
    const script = `node() { [[ $2 == reason ]] && echo why; }; ${before} need_named_engine; echo go on`
    return bash({ source: 'scripts/lib/setup.sh', script, env: { DOCKER_HOST } })
  }

  test.each(['', 'unix://', 'unix:///var/run/docker.sock', 'unix:///run/docker.sock'])(
    '%j is where one of this machine will listen',
    async (host) => {
      expect(await need(host)).toEqual({ code: 0, stdout: 'go on\n', stderr: '' })
    },
  )

  const unset = 'or unset DOCKER_HOST for the engine of this machine, then run this again'
  const address = 'set DOCKER_HOST to unix:///path/of/docker.sock or tcp://host:port'
  test.each<[string, string, string]>([
    ['unix:///run/user/1/docker.sock', '', `start it, ${unset}`],
    ['tcp://10.0.0.1', '', `start it, or mend DOCKER_HOST, DOCKER_TLS_VERIFY or DOCKER_CERT_PATH, ${unset}`],
    ['https://10.0.0.1:2376', '', `${address}, ${unset}`],
    ['http://10.0.0.1:2375', '', `${address}, ${unset}`],
    ['ssh://core@10.0.0.1', '', `${address}, ${unset}`],
    [
      'unix:///desk/docker.sock',
      '_from_context=yes;',
      "start it, or 'docker context use default' for the engine of this machine, then run this again",
    ],
  ])('%s %s', async (host, before, help) => {
    const stderr = `error: no Docker engine answers at ${host}: why\nhelp: ${help}\n`
    expect(await need(host, before)).toEqual({ code: 1, stdout: '', stderr })
  })

  test('with the reason of the engine itself', async () => {
    const env = { DOCKER_HOST: 'tcp://127.93.12.7' }
    const { code, stderr } = await bash({ source: 'scripts/lib/setup.sh', script: 'look', env })
    const why = 'no Docker engine answers at tcp://127.93.12.7: connect ECONNREFUSED 127.93.12.7:2375'
    expect({ code, error: stderr.split('\n')[0] }).toEqual({ code: 1, error: `error: ${why}` })
  })
})

describe('starting it', () => {
  const start = (machine: string) =>
    bash({
      source: 'scripts/lib/setup.sh',
      script: `
        dockerd_runs() { false; }
        has_init() { false; }
        exec 4>&1
        as_root() { echo "$1 $2 $3" >&4; }
        start_engine_by_hand() { echo by hand; }
        wait_for_engine() { true; }
        has_command() { true; }
        engine_failed() { die 'does not start' 'see the log'; }
        ${machine}
        start_engine`,
    })

  test.each([
    ['systemd', 'has_init() { true; }', ['systemctl enable --now']],
    ['no init, no service command', 'has_command() { [[ $1 != service ]]; }', ['by hand']],
    ['a service command that works', '', ['service docker start']],
    [
      'a service command without effect',
      'wait_for_engine() { [[ $1 == 60 ]]; }',
      ['service docker start', 'by hand'],
    ],
    ['it runs, but has not answered yet', 'dockerd_runs() { true; }', []],
  ])('%s', async (_title, machine, expected) => {
    const { code, stdout } = await start(machine)
    expect({ code, lines: stdout.split('\n').filter(Boolean) }).toEqual({ code: 0, lines: expected })
  })

  test('never answering is an error', async () => {
    const { code, stderr } = await start('wait_for_engine() { false; }')
    expect({ code, stderr }).toMatchObject({ code: 1 })
    expect(stderr).toContain('error: does not start\nhelp: see the log')
  })
})

describe('the wait for it', () => {
  const wait = (states: string) =>
    bash({
      source: 'scripts/lib/setup.sh',
      script: `states=(${states}); n=0; sleep() { n=$((n + 1)); SECONDS=$((SECONDS + 1)); }
        engine_state() { echo "\${states[n]:-down}"; }; wait_for_engine 3; echo "after $n"`,
    })
  test.each([
    ['ok', 0, 'after 0\n'],
    ['down down ok', 0, 'after 2\n'],
    ['down denied', 0, 'after 1\n'],
    ['', 1, ''],
  ])('%s', async (states, code, stdout) => {
    expect(await wait(states)).toMatchObject({ code, stdout })
  })
})
