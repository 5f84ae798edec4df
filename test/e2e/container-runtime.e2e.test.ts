import { afterAll, beforeAll, expect, it } from 'vitest'
import { scratchOnSharedBox, type Scratch } from '../support/scratch.ts'

let project: Scratch
beforeAll(() => {
  project = scratchOnSharedBox('hub')
})
afterAll(() => project.remove())

const options = [
  'init: true',
  'readOnly: true',
  'noNewPrivileges: true',
  "shmSize: '32m'",
  "tmpfs: { '/scratch': '8m', '/own': { size: '1m', mode: 0o700, exec: true } }",
  'ulimits: { nofile: 1024, core: { soft: 0, hard: -1 } }',
  "extraHosts: { self: hub.address, 'gate.way': 'host-gateway' }",
  "devices: ['/dev/full']",
  "sysctls: { 'net.core.somaxconn': 511 }",
  "logging: { driver: 'json-file', options: { 'max-size': '1m' } }",
]

/** What a run changed of a container that has some of the options. */
async function changed(...some: readonly string[]): Promise<unknown> {
  project.playbook(
    `return [container(hub, 'one', { image: tiny, command: ['sleep', '1000'], stopTimeout: '1s', ${some.join()} })]`,
  )
  const { events } = await project.provision(['quickstart', '--json'])
  const last = events.at(-1)
  return last && { ok: last['ok'], changed: last['changed'] }
}

it('a container runs with all that it is given, is left alone by a second run, and made anew without one of them', async () => {
  expect(await changed(...options)).toEqual({ ok: true, changed: 1 })
  const inside = async (...argv: readonly string[]) => project.on('hub', 'docker', 'exec', 'one', ...argv)
  expect(await inside('cat', '/proc/1/comm')).toMatch(/init/)
  const mounts = await inside('cat', '/proc/mounts')
  expect(mounts).toMatch(/ \/dev\/shm tmpfs .*size=32768k/)
  expect(mounts).toMatch(/ \/scratch tmpfs .*noexec.*size=8192k/)
  expect(mounts).toMatch(/ \/own tmpfs (?!.*noexec).*size=1024k,mode=700/)
  await expect(inside('touch', '/own-file')).rejects.toThrow('Read-only file system')
  expect(await inside('sh', '-c', 'touch /scratch/f && cat /proc/1/status')).toMatch(/NoNewPrivs:\s1\n/)
  expect(await inside('sh', '-c', 'ulimit -n; ulimit -Hc')).toBe('1024\nunlimited\n')
  expect(await inside('cat', '/etc/hosts')).toMatch(/\tself\n[^]*\tgate\.way\n/)
  expect(await inside('sh', '-c', 'test -c /dev/full && cat /proc/sys/net/core/somaxconn')).toBe('511\n')
  const log = await project.on(
    'hub',
    'docker',
    'inspect',
    '--format',
    '{{json .HostConfig.LogConfig}}',
    'one',
  )
  expect(JSON.parse(log)).toMatchObject({ Type: 'json-file', Config: { 'max-size': '1m' } })
  expect(await changed(...options)).toEqual({ ok: true, changed: 0 })
  expect(await changed(...options.slice(1))).toEqual({ ok: true, changed: 1 })
})
