import { afterAll, beforeAll, expect, it } from 'vitest'
import { said, scratchOnSharedBox, type Scratch } from '../support/scratch.ts'
import type { Called } from '../support/project.ts'
import { httpServer } from '../support/tiny-image.ts'

let project: Scratch
beforeAll(() => {
  project = scratchOnSharedBox('hub')
})
afterAll(() => project.remove())

/** Containers that only wait, by the networks that they are on; they look for the others. */
const waiting = (on: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(on).map(
    ([name, network]) =>
      `container(hub, '${name}', { image: tiny, command: ['sleep', '1000'], stopTimeout: '1s', network: ${network} })`,
  )

/** A web server with these options, beside others. */
async function deploy(networks: string, options: string, others: readonly string[] = []): Promise<Called> {
  project.playbook(
    `${networks}
const one = container(hub, 'one', { image: tiny, stopTimeout: '1s', ports: { http: 7000 }, ready: { http: '/', port: 'http', timeout: '10s' }, ${options} })
return [one, ${others.join()}]`,
  )
  return project.provision(['quickstart', '--json'])
}

const declared = (...names: readonly string[]): string =>
  names.map((name) => `const ${name} = network(hub, '${name}', { internal: ${name === 'back'} })`).join('\n')

const serving = (program = httpServer(7000, 0, '200 OK')): string => `command: ${JSON.stringify(program)}`

const outcome = ({ events }: Called): object => ({
  ok: events.at(-1)?.['ok'],
  changed: events.at(-1)?.['changed'],
})

const inspected = async (format: string): Promise<string> =>
  (await project.on('hub', 'docker', 'inspect', '--format', format, 'one')).trim()
const networksOfOne = async (): Promise<string> =>
  inspected('{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}')
const found = async (from: string, name: string): Promise<string> =>
  project.on('hub', 'docker', 'exec', from, 'sh', '-c', `getent hosts ${name} || echo nobody`)

/** Whether the server answers at its endpoint, as `status` tells that. */
async function answers(): Promise<unknown> {
  const { stdout } = await project.provision(['status', '--json'])
  const url = /"url":"(http:[^"]+)"/.exec(stdout)?.[1]
  return url === undefined ? stdout : (await fetch(url)).status
}

it('a container is found by its name on each of its networks, and publishes by way of one that is not internal', async () => {
  const on = `network: [front, back], publish: { http: 7000 }, ${serving()}`
  const others = waiting({ near: 'front', far: 'back' })
  const first = await deploy(declared('front', 'back'), on, others)
  expect([outcome(first), said(first)]).toEqual([{ ok: true, changed: 5 }, expect.anything()])
  expect(await networksOfOne()).toBe('back front')
  expect(await found('near', 'one')).toMatch(/^\d.* one$/m)
  expect(await found('far', 'one')).toMatch(/^\d.* one$/m)
  expect(await found('far', 'near')).toBe('nobody\n')
  expect(await found('one', 'near')).toMatch(/^\d/)
  expect(await answers()).toBe(200)
  const reordered = on.replace('[front, back]', '[back, front]')
  expect(outcome(await deploy(declared('back', 'front'), reordered, others))).toEqual({
    ok: true,
    changed: 0,
  })
})

it('one that does not become ready on other networks leaves its predecessor on its own', async () => {
  const before = await inspected('{{.Id}}')
  const failing = `network: [front, side], publish: { http: 7000 }, entrypoint: ['/bin/false']`
  const called = await deploy(
    declared('front', 'side', 'back'),
    failing,
    waiting({ near: 'front', far: 'back' }),
  )
  expect(called.code).toBe(1)
  expect([await inspected('{{.Id}}'), await networksOfOne()]).toEqual([before, 'back front'])
  expect(await found('far', 'one')).toMatch(/^\d/)
  expect(await answers()).toBe(200)
})

it('a network that it leaves goes, and it is found on the one that it joins', async () => {
  const on = `network: [side, front], publish: { http: 7000 }, ${serving()}`
  const others = waiting({ near: 'front', far: 'side' })
  const called = await deploy(declared('front', 'side'), on, others)
  expect([outcome(called), said(called)]).toEqual([{ ok: true, changed: 3 }, expect.anything()])
  expect(said(called)).toContain('"field":"network","from":"back,front","to":"front,side"')
  expect(await networksOfOne()).toBe('front side')
  expect(await found('near', 'one')).toMatch(/^\d/)
  expect(await found('far', 'one')).toMatch(/^\d/)
  expect(await project.on('hub', 'docker', 'network', 'ls', '--format', '{{.Name}}')).not.toContain('back')
})

it('on the network of its host it answers there as it is, to others by its endpoint', async () => {
  const user = `container(hub, 'user', { image: tiny, command: ['sleep', '1000'], stopTimeout: '1s', env: { URL: one.at.http.url } })`
  const called = await deploy(
    '',
    `network: 'host', hostname: 'own', extraHosts: { other: '10.9.9.9' }, ${serving()}`,
    [user],
  )
  expect([outcome(called), said(called)]).toEqual([{ ok: true, changed: 6 }, expect.anything()])
  expect(await networksOfOne()).toBe('host')
  expect(await inspected('{{.HostConfig.NetworkMode}} {{.HostConfig.PortBindings}}')).toBe('host map[]')
  expect(await answers()).toBe(200)
  const address = (await project.on('hub', 'hostname', '-i')).trim()
  expect(await project.on('hub', 'docker', 'exec', 'user', 'printenv', 'URL')).toBe(
    `http://${address}:7000\n`,
  )
  const own = await project.on('hub', 'docker', 'exec', 'one', 'sh', '-c', 'hostname; getent hosts other')
  expect(own).toMatch(/^own\n10\.9\.9\.9 +other\n$/)
})

it('is ready there as well where it listens at the address of its host alone, and is left alone by a second run', async () => {
  const [perl = '', ...rest] = httpServer(7000, 0.2, '200 OK')
  const program = [perl, ...rest].map((word) =>
    word.replace('LocalPort', 'LocalAddr => $ENV{BIND}, LocalPort'),
  )
  const on = `network: 'host', env: { BIND: hub.address }, ${serving(program)}`
  expect(outcome(await deploy('', on))).toEqual({ ok: true, changed: 2 })
  expect(await answers()).toBe(200)
  expect(outcome(await deploy('', on))).toEqual({ ok: true, changed: 0 })
})

it('its ports there are nobody else’s, which is said before anything changes', async () => {
  const other = `container(hub, 'other', { image: tiny, command: ['sleep', '1'], ports: { web: 80 }, publish: { web: 7000 } })`
  const called = await deploy('', `network: 'host', ${serving()}`, [other])
  expect(called.code).toBe(1)
  expect(said(called)).toContain('hub › container other: port 7000/tcp is already taken by container one')
})
