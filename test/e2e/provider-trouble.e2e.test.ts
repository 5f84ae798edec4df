import { afterAll, beforeAll, expect, test } from 'vitest'
import { isProvisionError } from '../../src/core/error.ts'
import { label } from '../../src/core/label.ts'
import type { BakedBox } from '../../src/core/provider.ts'
import { namesOf } from '../../src/providers/docker/names.ts'
import { base, engine, failure, image, prefix, removeImages } from '../support/builds.ts'
import { matching } from '../support/matching.ts'
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

const newPlace = places()
const held = image('held')
let box: BakedBox

beforeAll(async () => {
  const files = { 'held/Dockerfile': `FROM ${base}\nCOPY x /x\n`, 'held/x': 'in the box' }
  box = await bake('trouble', await built(files, held))
})

afterAll(async () => {
  await removeBaked('trouble')
  await removeImages()
})

const theBox = () => Promise.resolve(box)

/** A file in the volume of a node. */
const note = '/var/lib/docker/note'

test('what an interrupted run made is gone, and what a killed one made is made anew', async () => {
  const { provider, projectDir } = newPlace(['web'])
  const names = namesOf('ptest', projectDir)
  const interrupt = new AbortController()
  const making = provider.up(theBox, interrupt.signal, {
    host: () => void setTimeout(() => interrupt.abort(), 150),
  })
  await expect(making).rejects.toMatchObject({ code: 'interrupted' })
  expect(await objectsNamed(names.node('web'))).toEqual([])

  const host = await theOnly(provider.up(theBox, signal, quiet))
  await onHost(host.ssh, 'sudo', 'touch', note)
  await containerOf(host).rename({ name: names.making('web') })
  expect((await theOnly(provider.survey(signal))).state).toBe('half-made')
  const { Id } = await engine.getContainer(names.making('web')).inspect()
  const anew = await theOnly(provider.up(theBox, signal, quiet))
  expect(anew.state).toBe('running')
  expect((await containerOf(anew).inspect()).Id).not.toBe(Id)
  expect(await onHost(anew.ssh, 'hostname')).toBe('web')
  await expect(onHost(anew.ssh, 'sudo', 'stat', note)).rejects.toThrow('No such file')
})

test('the volume of a node that is gone survives when the next one fails, and when its run is killed', async () => {
  const { provider, projectDir } = newPlace(['web'])
  const names = namesOf('ptest', projectDir)
  const first = await theOnly(provider.up(theBox, signal, quiet))
  await onHost(first.ssh, 'sudo', 'touch', note)
  await containerOf(first).remove({ force: true, v: true })

  const broken = await brokenBox('over data', 'exit 1')
  await expect(provider.up(() => Promise.resolve(broken), signal, quiet)).rejects.toThrow('ended as soon as')
  expect(await objectsNamed(names.node('web'))).toEqual([names.volume('web')])
  const second = await theOnly(provider.up(theBox, signal, quiet))
  expect(await onHost(second.ssh, 'sudo', 'ls', note)).toBe(note)

  await containerOf(second).rename({ name: names.making('web') })
  const third = await theOnly(provider.up(theBox, signal, quiet))
  expect(await onHost(third.ssh, 'sudo', 'ls', note)).toBe(note)
})

/** A box whose system does this and no more. */
async function brokenBox(name: string, script: string): Promise<BakedBox> {
  const broken = image(`broken-${name.replaceAll(' ', '-')}`)
  const folder = broken.ref.split(':')[0]?.slice(prefix.length + 1) ?? ''
  const dockerfile = `FROM ${base}\nENTRYPOINT ["sh", "-c", "${script}"]\n`
  const { id } = theOne((await built({ [`${folder}/Dockerfile`]: dockerfile }, broken))[0])
  return { ...box, image: id }
}

test.each([
  ['never answers', 2_000, 'echo what it said; sleep 100', /^web: sshd does not answer at .*:22 after 2 s$/],
  ['ends at once', 30_000, 'echo what it said', /^web: the node ended as soon as it was started/],
])(
  'a node that %s is told with the end of its log, and nothing is left of it',
  async (name, readyLimit, script, message) => {
    const { provider, projectDir } = newPlace(['web'], { readyLimit })
    const broken = await brokenBox(name, script)
    const error = await failure(provider.up(() => Promise.resolve(broken), signal, quiet))
    if (!isProvisionError(error)) throw error
    expect(error.message).toMatch(message)
    expect(error.output).toContain('what it said')
    expect(await objectsNamed(namesOf('ptest', projectDir).node('web'))).toEqual([])
  },
)

test('what is not ours is in the way, and stays', async () => {
  const { provider, projectDir } = newPlace(['web'])
  const names = namesOf('ptest', projectDir)
  const foreign = await engine.createContainer({ name: names.node('web'), Image: base, Cmd: ['true'] })
  try {
    await expect(provider.up(theBox, signal, quiet)).rejects.toMatchObject({ code: 'conflict' })
    expect((await provider.destroy(signal, quiet)).removed).toEqual([])
    await expect(foreign.inspect()).resolves.toMatchObject({ Name: `/${names.node('web')}` })
  } finally {
    await foreign.remove()
  }
  const network = await engine.createNetwork({ Name: names.network })
  try {
    await expect(provider.up(theBox, signal, quiet)).rejects.toThrow(
      `network ${names.network} is there already`,
    )
  } finally {
    await network.remove()
  }
})

test.each([
  ['has no labels', () => ({}), /is there already and is not ours/],
  [
    'is of another environment',
    () => ({ Labels: { [label.node]: 'other-3fa2c1' } }),
    /is there already and is not ours/,
  ],
  [
    'a newer provision made',
    (id: string) => ({ Labels: { [label.node]: id, [label.version]: '99' } }),
    /was made by a newer provision/,
  ],
])('a volume that %s is in the way, and stays', async (_, labels, message) => {
  const { provider, projectDir } = newPlace(['web'])
  const names = namesOf('ptest', projectDir)
  await engine.createVolume({ Name: names.volume('web'), ...labels(names.id) })
  try {
    const error = await failure(provider.up(theBox, signal, quiet))
    expect(isProvisionError(error) ? [error.code, error.message] : error).toEqual([
      'conflict',
      matching(message),
    ])
    expect(await objectsNamed(names.node('web'))).toEqual([names.volume('web')])
  } finally {
    await engine.getVolume(names.volume('web')).remove({ force: true })
  }
})

test('what cannot be removed is told, and a wanted subnet that is taken is refused', async () => {
  const { provider, projectDir } = newPlace(['web'], { subnet: '10.213.7.0/24' })
  const names = namesOf('ptest', projectDir)
  expect((await theOnly(provider.up(theBox, signal, quiet))).address).toBe('10.213.7.2')
  await expect(newPlace(['web'], { subnet: '10.213.7.0/24' }).provider.survey(signal)).rejects.toThrow(
    `subnet 10.213.7.0/24 is taken by network ${names.network}`,
  )
  const guest = await engine.createContainer({
    Image: base,
    Cmd: ['sleep', '1000'],
    HostConfig: { NetworkMode: names.network },
  })
  try {
    await guest.start()
    const { removed, left } = await provider.destroy(signal, quiet)
    expect(removed).toContain(`container ${names.node('web')}`)
    expect(left).toEqual([expect.stringContaining(`network ${names.network}: `)])
  } finally {
    await guest.remove({ force: true })
  }
})

test('a node that cannot share the store of its box copies it, and says so', async () => {
  const store = `${prefix}-foreign-store`
  await engine.createVolume({ Name: store })
  const { provider } = newPlace(['web'])
  const notes: string[] = []
  try {
    // As if the box had been made by a Docker of another version.
    await onStore(store, `cp -a /from/. /to/ && echo other > /to/docker-version`)
    const made = provider.up(() => Promise.resolve({ ...box, store }), signal, {
      host: (_, state, note) => {
        if (state === 'finished') notes.push(note)
      },
    })
    const host = await theOnly(made)
    expect(notes.join()).toContain('copying its images instead of sharing them')
    expect(await onHost(host.ssh, 'docker', 'run', '--rm', held.ref, 'cat', '/x')).toBe('in the box')
  } finally {
    // What failed above is told, not that its volume is in use.
    expect.soft((await provider.destroy(signal, quiet)).left).toEqual([])
    await engine.getVolume(store).remove()
  }
})

/** Runs a script with the store of the box at /from and another volume at /to. */
async function onStore(store: string, script: string): Promise<void> {
  const container = await engine.createContainer({
    Image: box.image,
    Entrypoint: ['sh', '-c', script],
    HostConfig: { Binds: [`${box.store}:/from:ro`, `${store}:/to`], NetworkMode: 'none' },
  })
  try {
    await container.start()
    expect(await container.wait()).toMatchObject({ StatusCode: 0 })
  } finally {
    await container.remove({ force: true })
  }
}
