import { statSync, writeFileSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { exportBox } from '../../src/boxes/export.ts'
import { findBox, type StoredBox } from '../../src/boxes/find.ts'
import { importBox } from '../../src/boxes/import.ts'
import { boxLabel } from '../../src/boxes/labels.ts'
import { bakeNodeName, newPublisherName, transferRef } from '../../src/boxes/names.ts'
import { pruneBoxes, removeBox, usedBoxes } from '../../src/boxes/usage.ts'
import { digestOf } from '../../src/core/digest.ts'
import { splitRef } from '../../src/transport/images/layers.ts'
import { base, engine, failure, image, removeImages } from '../support/builds.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  bake,
  boxName,
  built,
  builtSystem,
  objectsNamed,
  onHost,
  places,
  quiet,
  removeBaked,
  signal,
  theOnly,
} from '../support/nodes.ts'

const [one, two] = [image('one'), image('two')]
const newPlace = places()

afterAll(async () => {
  await removeBaked('first', 'second', 'third', 'twice', 'cut off')
  await removeImages()
})

const files = (x: string) => ({
  'one/Dockerfile': `FROM ${base}\nCOPY x /x\nRUN mkdir /d && touch /d/old\n`,
  'one/x': 'one',
  // A folder made anew over a lower layer's is what plain copies of a store lose.
  'two/Dockerfile': `FROM ${one.ref}\nRUN rm -r /d && mkdir /d && touch /d/new\nCOPY x /x\n`,
  'two/x': x,
})

const store = async ({ name, digest }: StoredBox) => findBox(engine, name, digest, signal)

/** Bytes that were sent into the box, by image. */
const sent = (events: readonly { event: string }[]): number =>
  events.reduce((sum, event) => {
    if (event.event !== 'task-progress' || !('done' in event) || !('total' in event)) return sum
    return event.done === event.total ? sum + Number(event.total) : sum
  }, 0)

test('a box is baked once; when an image changes only that is loaded, and one that is gone is taken out', async () => {
  const first = bake('first', await built(files('1'), one, two))
  const box = await first
  expect([...box.images].sort()).toEqual([one.ref, two.ref].sort())
  expect(await store(box)).toEqual(box)
  expect(sent(first.events)).toBeGreaterThan(50e6)

  const again = bake('first', [])
  expect(await again).toEqual(box)
  expect(again.events).toEqual([])

  const changed = bake('second', await built(files('2'), one, two))
  const rebaked = await changed
  expect(sent(changed.events)).toBeGreaterThan(0)
  expect(sent(changed.events)).toBeLessThan(1e6)
  expect(rebaked.store).not.toBe(box.store)

  const { provider } = newPlace(['web'])
  const host = await theOnly(provider.up(() => Promise.resolve(rebaked), signal, quiet))
  expect(await onHost(host.ssh, 'docker', 'run', '--rm', two.ref, 'cat', '/x')).toBe('2')
  expect(await onHost(host.ssh, 'docker', 'run', '--rm', two.ref, 'ls', '/d')).toBe('new')

  const lessened = await bake('third', await built(files('2'), one))
  expect(lessened.images).toEqual([one.ref])

  const boxes = await usedBoxes(engine, signal, boxName)
  expect(boxes.map(({ digest, nodes }) => [digest, nodes.length])).toEqual([
    [lessened.digest, 0],
    [rebaked.digest, 1],
    [box.digest, 0],
  ])
  const pruned = await pruneBoxes(engine, signal, boxName)
  expect(pruned.boxes.map(({ digest }) => digest)).toContain(box.digest)
  expect(await objectsNamed(box.store)).toEqual([])
  expect(await store(rebaked)).toEqual(rebaked)
  expect(await store(lessened)).toEqual(lessened)
})

test('two bakes of one box at once end with the same one', async () => {
  const images = await built(files('1'), one)
  const [a, b] = await Promise.all([bake('twice', images), bake('twice', images)])
  expect(b).toEqual(a)
  expect(await objectsNamed(a.store.replace(/-[0-9a-f]+$/, ''))).toEqual([a.store])
})

test('nothing is left of a bake that is interrupted or fails, nor of one that was killed', async () => {
  const images = await built(files('1'), one)
  const system = await builtSystem()
  const buildSystem = () => Promise.resolve(system)
  const interrupt = new AbortController()
  const cut = bake('cut off', images, {
    buildSystem,
    signal: interrupt.signal,
    emit: ({ event }) => {
      if (event === 'task-finished') interrupt.abort()
    },
  })
  expect(await failure(cut)).toMatchObject({ code: 'interrupted' })

  const failing = bake('cut off', images, { buildSystem: () => Promise.reject(new Error('no system')) })
  expect(await failure(failing)).toMatchObject({ code: 'box', message: `box ${boxName}: no system` })
  const part = digestOf('cut off').slice(0, 12)
  expect(await objectsNamed(part)).toEqual([])

  const dead = { [boxLabel.name]: boxName, [boxLabel.baker]: `${hostname()}:2147483646` }
  await engine.createContainer({
    name: bakeNodeName(boxName, digestOf('cut off')),
    Image: base,
    Cmd: ['true'],
    Labels: dead,
  })
  await engine.createVolume({ Name: `${boxName}-left`, Labels: dead })
  const publisher = newPublisherName().replace(/\d+$/, '2147483646')
  await engine.createContainer({ name: publisher, Image: base, Cmd: ['true'] })
  const transfer = transferRef(boxName, digestOf('killed'))
  await engine.getImage(base).tag(splitRef(transfer))
  const box = await bake('cut off', images, { buildSystem })
  expect(await objectsNamed(part)).toEqual([box.store])
  expect(await objectsNamed(`${boxName}-left`)).toEqual([])
  expect(await objectsNamed(publisher)).toEqual([])
  expect(await engine.listImages({ filters: { reference: [transfer] } })).toEqual([])
})

test('a box travels in a file, whole or not at all', async () => {
  const box = await bake('first', await built(files('1'), one, two))
  const file = join(temporaryFolder(), 'a box.tar')
  const options = { file, engine, signal, emit: () => undefined }
  await exportBox({ ...options, box })
  expect(await importBox(options)).toEqual(box)

  await removeBox(engine, box, signal)
  expect(await objectsNamed(box.store)).toEqual([])
  const bytes = readFileSync(file)
  const broken = join(temporaryFolder(), 'broken.tar')
  const middle = Math.floor(bytes.length / 2)
  writeFileSync(
    broken,
    Buffer.concat([bytes.subarray(0, middle), Buffer.from('!'), bytes.subarray(middle + 1)]),
  )
  expect(await failure(importBox({ ...options, file: broken }))).toMatchObject({ code: 'box' })
  writeFileSync(broken, bytes.subarray(0, middle))
  expect(await failure(importBox({ ...options, file: broken }))).toMatchObject({ code: 'box' })
  const part = digestOf('first').slice(0, 12)
  expect(await objectsNamed(part)).toEqual([])

  const imported = await importBox(options)
  expect(imported).toMatchObject({ name: box.name, digest: box.digest, images: box.images })
  const { provider } = newPlace(['web'])
  const host = await theOnly(provider.up(() => Promise.resolve(imported), signal, quiet))
  expect(await onHost(host.ssh, 'docker', 'run', '--rm', two.ref, 'ls', '/d')).toBe('new')
  expect(statSync(file).size).toBeGreaterThan(1e6)
})
