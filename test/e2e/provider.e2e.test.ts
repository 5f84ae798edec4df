import { rmSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BakedBox } from '../../src/core/provider.ts'
import { namesOf } from '../../src/providers/docker/names.ts'
import { base, image, removeImages } from '../support/builds.ts'
import {
  bake,
  built,
  containerOf,
  objectsNamed,
  onHost,
  places,
  quiet,
  removeBaked,
  signal,
  theOne,
  theOnly,
} from '../support/nodes.ts'

const hosts = ['web', 'app', 'bus']

const newPlace = places()
const held = image('held')
let box: BakedBox

beforeAll(async () => {
  const files = { 'held/Dockerfile': `FROM ${base}\nCOPY x /x\n`, 'held/x': 'in the box' }
  box = await bake('provider', await built(files, held))
})

afterAll(async () => {
  await removeBaked('provider')
  await removeImages()
})

const theBox = () => Promise.resolve(box)
const noBox = () => Promise.reject(new Error('no box is needed'))

test('nodes are made side by side, are hosts with the images of the box, and stay when all is asked for again', async () => {
  const { provider, stateDir, again } = newPlace(hosts)
  const before = await provider.survey(signal)
  expect(before.map(({ name, state }) => [name, state])).toEqual(hosts.map((name) => [name, 'missing']))

  const made = await provider.up(theBox, signal, quiet)
  expect(made.map(({ name, state }) => [name, state])).toEqual(hosts.map((name) => [name, 'running']))
  // Of which network, is only foreseen: a test beside this one may take it meanwhile.
  expect([before, made].map((some) => some.map(({ address }) => Number(address.split('.')[3])))).toEqual([
    [2, 3, 4],
    [2, 3, 4],
  ])
  for (const { name, ssh } of made) {
    expect(await onHost(ssh, 'hostname')).toBe(name)
    expect(await onHost(ssh, 'docker', 'run', '--rm', held.ref, 'cat', '/x')).toBe('in the box')
    // Or whoever polls a service would make each restart of it take a second.
    expect(await onHost(ssh, 'cat', '/proc/sys/net/ipv4/neigh/docker0/retrans_time_ms')).toBe('100')
  }
  expect(statSync(`${stateDir}/id_ed25519`).mode & 0o777).toBe(0o600)

  const ids = await Promise.all(made.map(async (host) => (await containerOf(host).inspect()).Id))
  const same = await again().up(noBox, signal, quiet)
  expect(await Promise.all(same.map(async (host) => (await containerOf(host).inspect()).Id))).toEqual(ids)
  expect(await again().survey(signal)).toEqual(made)
})

test('nodes know each other by name, and one that is added or lost is made without touching the others', async () => {
  const { provider, again } = newPlace(['app', 'bus'])
  const made = await provider.up(theBox, signal, quiet)
  const [app, bus] = [theOne(made[0]), theOne(made[1])]
  expect(await onHost(app.ssh, 'getent', 'hosts', 'bus')).toContain(bus.address)

  await containerOf(app).remove({ force: true, v: true })
  const [web, appAgain, busAgain] = await again({ hosts: ['web', 'app', 'bus'] }).up(theBox, signal, quiet)
  expect(busAgain).toEqual(bus)
  expect([web?.state, appAgain?.state]).toEqual(['running', 'running'])
  expect(new Set([web?.address, appAgain?.address, bus.address]).size).toBe(3)
})

test('two clones of a project live side by side, and one goes without the other', async () => {
  const [one, other] = [newPlace(['web']), newPlace(['web'])]
  const [a, b] = await Promise.all([
    theOnly(one.provider.up(theBox, signal, quiet)),
    theOnly(other.provider.up(theBox, signal, quiet)),
  ])
  expect(a.address).not.toBe(b.address)
  expect(await onHost(a.ssh, 'hostname')).toBe('web')
  const { id } = namesOf('ptest', one.projectDir)
  expect(await objectsNamed(id)).toEqual([id, `${id}-web`, `${id}-web-docker`])
  const destroyed = await one.provider.destroy(signal, quiet)
  expect(destroyed).toEqual({
    removed: [`container ${id}-web`, `network ${id}`, `volume ${id}-web-docker`],
    left: [],
  })
  expect(await objectsNamed(id)).toEqual([])
  expect(await onHost(b.ssh, 'hostname')).toBe('web')
})

test('two runs at once make one set of nodes', async () => {
  const { provider, again } = newPlace(['web', 'app'])
  const [one, other] = await Promise.all([
    provider.up(theBox, signal, quiet),
    again().up(theBox, signal, quiet),
  ])
  expect(other).toEqual(one)
})

test('a node survives being stopped, started, restarted and killed, with its address, key and containers', async () => {
  const { provider } = newPlace(['web'])
  const host = await theOnly(provider.up(theBox, signal, quiet))
  await onHost(
    host.ssh,
    'docker',
    'run',
    '-d',
    '--name',
    'kept',
    '--restart',
    'always',
    held.ref,
    'sleep',
    '1000',
  )

  await provider.stop(signal, quiet)
  expect((await theOnly(provider.survey(signal))).state).toBe('stopped')
  expect(await theOnly(provider.start(signal, quiet))).toEqual(host)
  await eventually(async () => (await onHost(host.ssh, 'docker', 'ps', '--format', '{{.Names}}')) === 'kept')

  await containerOf(host).restart()
  await theOnly(provider.start(signal, quiet))
  await eventually(async () => (await onHost(host.ssh, 'docker', 'ps', '--format', '{{.Names}}')) === 'kept')

  // As if the engine or the machine had died: the engine starts it again by itself.
  process.kill((await containerOf(host).inspect()).State.Pid, 'SIGKILL')
  await eventually(async () => (await onHost(host.ssh, 'docker', 'ps', '--format', '{{.Names}}')) === 'kept')
  expect(await theOnly(provider.survey(signal))).toEqual(host)

  await containerOf(host).pause()
  expect((await theOnly(provider.survey(signal))).state).toBe('stopped')
  await provider.start(signal, quiet)
  expect(await onHost(host.ssh, 'hostname')).toBe('web')
})

test('nodes stay usable when their keys were deleted, also after their next restart', async () => {
  const { provider, stateDir, again } = newPlace(['web', 'app'])
  const made = await provider.up(theBox, signal, quiet)
  const web = theOne(made[0])
  await containerOf(web).stop()
  rmSync(stateDir, { recursive: true })
  await expect(onHost(web.ssh, 'hostname')).rejects.toThrow()

  expect(await again().up(noBox, signal, quiet)).toEqual(made)
  for (const { name, ssh } of made) expect(await onHost(ssh, 'hostname')).toBe(name)
  await again().stop(signal, quiet)
  await again().start(signal, quiet)
  for (const { name, ssh } of made) expect(await onHost(ssh, 'hostname')).toBe(name)
})

test('nodes are reached over loopback where their addresses are not, with ports that stay', async () => {
  const { provider, again } = newPlace(['web'], { reach: 'loopback', ports: () => [8080] })
  const host = await theOnly(provider.up(theBox, signal, quiet))
  expect(host.ssh.address).toBe('127.0.0.1')
  expect(host.ssh.port).not.toBe(22)
  expect(await onHost(host.ssh, 'hostname')).toBe('web')
  const reached = provider.reach(host, 8080)
  expect(reached.host).toBe('127.0.0.1')
  expect(() => provider.reach(host, 9999)).toThrow('port 9999 was not published')

  const later = again()
  await later.stop(signal, quiet)
  expect(await theOnly(later.start(signal, quiet))).toEqual(host)
  expect(later.reach(host, 8080)).toEqual(reached)
  expect(await onHost(host.ssh, 'hostname')).toBe('web')
})

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (await isSo().catch(() => false)) return
    await sleep(200)
  }
  expect(await isSo()).toBe(true)
}
