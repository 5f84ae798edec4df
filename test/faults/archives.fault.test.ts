import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { manifestName, tarEnd, tarEntry, type Manifest } from '../../src/boxes/archive-format.ts'
import { verifyArchive } from '../../src/boxes/archive-read.ts'
import { engineFacts } from '../../src/boxes/engine-facts.ts'
import { importBox } from '../../src/boxes/import.ts'
import { writeStore } from '../../src/boxes/store-tar.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { entry, fileOf, fine, lying, partsOf, tarOf, type Described } from '../support/box-file.ts'
import { runCli } from '../support/cli.ts'
import { cli } from '../support/the-cli.ts'
import { effort, randomFrom, tally } from '../support/faults.ts'
import { addLayer, importTiny } from '../support/tiny-image.ts'

const { seed, points } = effort()
const { signal } = new AbortController()
let tried = 0

/** It is refused for what it is, without memory for what it says it holds. */
async function refuse(file: string, message: RegExp): Promise<void> {
  tried += 1
  const before = process.memoryUsage().rss
  const verifying = verifyArchive(file, signal, () => undefined)
  await expect(verifying).rejects.toMatchObject({ code: 'box' })
  await expect(verifying).rejects.toThrow(message)
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
}

describe('the file of a box', () => {
  const good = () => tarOf(partsOf(fine))

  it('is taken when it is one', async () => {
    expect(await verifyArchive(fileOf(await good(), tarEnd), signal, () => undefined)).toMatchObject({
      name: 'bomb',
    })
  })

  it.each<[string, Described, string]>([
    ['a path out of it', { name: '../../etc/cron.d/x' }, 'x'],
    ['an absolute path', { name: '/etc/cron.d/x' }, 'x'],
    ['a link out of it', { name: 'store/000001', type: 'symlink', linkname: '/etc' }, ''],
    ['a hard link out of it', { name: 'store/000001', type: 'link', linkname: '/etc/shadow' }, ''],
    ['a block device', { name: 'store/000001', type: 'block-device', devmajor: 8, devminor: 0 }, ''],
    ['a character device', { name: 'store/000001', type: 'character-device', devmajor: 1, devminor: 1 }, ''],
    ['a pipe', { name: 'store/000001', type: 'fifo' }, ''],
    ['a folder', { name: 'store/', type: 'directory' }, ''],
    ['a part twice', { name: 'system/000000' }, 'x'],
    ['a manifest twice', { name: manifestName }, '{}'],
    ['a name beyond what headers hold', { name: `store/${'x'.repeat(300)}` }, 'x'],
    ['a name with a line break', { name: 'store/00\n001' }, 'x'],
  ])('is refused with %s, before and after its manifest', async (_, header, content) => {
    const more = await entry(header, content)
    const odd = /cannot be imported: it (holds|was|has|'s)|its (part|manifest)/
    await refuse(fileOf(more, await good(), tarEnd), odd)
    await refuse(fileOf(await good(), more, tarEnd), odd)
  })

  it.each<[string, Partial<Manifest>]>([
    ['paths in its manifest', { pieces: [{ name: '../x', size: 1, sha256: '' }] }],
    ['a negative size', { size: -1 }],
    ['a size that is none', { size: Number.MAX_VALUE }],
    ['sizes of parts that are none', { pieces: [{ name: 'store/000000', size: 0.5, sha256: '' }] }],
  ])('is refused with %s', async (_, over) => {
    await refuse(fileOf(await tarOf(partsOf(fine, over)), tarEnd), /cannot be imported: its manifest/)
  })

  it.each([
    ['a file of 8 GB', 'store/000001', '0', '77777777777'],
    ['a size that is no number', 'store/000001', '0', '9999999999x'],
    ['a manifest of 1 GB', manifestName, '0', '10000000000'],
    ['a long name of 4 GB', 'x', 'L', '40000000000'],
    ['a header of 4 GB', 'x', 'x', '40000000000'],
    ['a header for all of 4 GB', 'x', 'g', '40000000000'],
    ['a sparse file', 'x', 'S', '10000000'],
  ])('is refused with %s, of which nothing is read', async (_, name, type, size) => {
    const file = fileOf(await lying(name, type, size))
    // The rest is a hole, so that nobody could find out by the end of the file.
    truncateSync(file, 6e9)
    await refuse(file, /cannot be imported: it holds/)
  })

  it.each([
    ['at its begin', 0],
    ['after its parts', 1],
  ])(
    'is refused with a file of 500 MB behind an empty block %s, of which nothing is read',
    async (_, from) => {
      const parts = [Buffer.alloc(512), await lying('store/000001', '0', '3561500000')]
      const file = fileOf(...(from === 0 ? parts : [await good(), ...parts]))
      truncateSync(file, 6e8)
      await refuse(file, /cannot be imported: it goes on after its end/)
    },
  )

  it('is refused wherever it was cut off or changed', async () => {
    const whole = Buffer.concat([await good(), tarEnd])
    const random = randomFrom(seed)
    for (let i = 0; i < points(20, 2_000); i++) {
      const at = Math.floor(random() * (whole.length - tarEnd.length))
      await refuse(fileOf(whole.subarray(0, at)), /cannot be imported/)
    }
    // What fills up a block, and fields that we do not read, may be anything.
    for (const part of [...fine.map(([, content]) => content), partsOf(fine)[2]?.[1] ?? tarEnd]) {
      const at = whole.indexOf(part) + Math.floor(random() * part.length)
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 0x40
      await refuse(fileOf(changed), /checksum/)
    }
  })

  it('is refused when it has more parts than anybody could list', async () => {
    const one = await tarEntry('store/000000', Buffer.alloc(0))
    await refuse(fileOf(Buffer.concat(Array.from({ length: 45_000 }, () => one))), /more parts/)
  })
})

describe('what unpacks to more than it says', () => {
  afterAll(() => {
    tally('archives tried', tried)
  })

  it.runIf(points(0, 1) > 0)('is refused before it fills the disk, and leaves nothing', async () => {
    const engine = await localEngine()
    const { architecture } = await engineFacts(engine)
    const bomb = gzipSync(Buffer.alloc(600e6), { level: 9 })
    const name = `bomb-${process.pid}`
    const parts = partsOf([['system/000000', bomb], ...fine.slice(1)], {
      name,
      architecture,
    })
    const file = fileOf(await tarOf(parts), tarEnd)
    const importing = importBox({ file, engine, signal, emit: () => undefined })
    await expect(importing).rejects.toThrow(/unpacks to more than/)
    const { Volumes } = await engine.listVolumes()
    expect(Volumes.filter((volume) => volume.Name.includes(name))).toEqual([])
    tried += 1
  })

  it('gives no image of this machine another content, nor when it is refused for something else', async () => {
    const engine = await localEngine()
    const { architecture } = await engineFacts(engine)
    const [name, ref] = [`named-${process.pid}`, `named-${process.pid}:latest`]
    const idOf = async () => (await engine.getImage(ref).inspect()).Id
    await importTiny(engine, ref)
    try {
      const saved = await buffer(await engine.getImage(ref).get())
      const theirs = await idOf()
      await addLayer(engine, ref, ref, { name: 'mine', content: 'mine' })
      const mine = await idOf()
      const parts = partsOf([['system/000000', gzipSync(saved)], ...fine.slice(1)], { name, architecture })
      const file = fileOf(await tarOf(parts), tarEnd)
      // No tar is in it that could fill a store.
      await expect(importBox({ file, engine, signal, emit: () => undefined })).rejects.toThrow()
      expect(mine).not.toBe(theirs)
      expect(await idOf()).toBe(mine)
      const { Volumes } = await engine.listVolumes()
      expect(Volumes.filter((volume) => volume.Name.includes(name))).toEqual([])
      const images = await engine.listImages()
      expect(images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.includes(name))).toEqual([
        ref,
      ])
      tried += 1
    } finally {
      await engine.getImage(ref).remove()
    }
  })

  it.each([
    ['a header for all of 4 GB', 'g'],
    ['a header of 4 GB', 'x'],
    ['a long name of 4 GB', 'L'],
  ])('is refused with %s in the image of its system', async (_, type) => {
    const engine = await localEngine()
    const { architecture } = await engineFacts(engine)
    const system = gzipSync(await lying('x', type, '40000000000'))
    const over = { name: `headed-${process.pid}`, architecture }
    const file = fileOf(await tarOf(partsOf([['system/000000', system], ...fine.slice(1)], over)), tarEnd)
    await expect(importBox({ file, engine, signal, emit: () => undefined })).rejects.toThrow(
      /cannot be imported: it holds "x"/,
    )
    tried += 1
  })

  it('is told by the command line in one message', async () => {
    const file = fileOf(await entry({ name: '../../x' }, 'x'), readFileSync(fileOf(tarEnd)))
    writeFileSync(`${file}.txt`, 'no box at all')
    for (const one of [file, `${file}.txt`, '/dev/null', '/nowhere/box.tar']) {
      const { code, stderr } = await runCli(cli, ['box', 'import', one, '--plain'])
      expect(stderr).toMatch(/✖ .* cannot be (imported|read): /)
      expect(stderr).not.toMatch(/\n\s+at |bug of provision/)
      expect(code).toBe(1)
      tried += 1
    }
  })

  it('is given up when it is interrupted, and leaves no container', async () => {
    const engine = await localEngine()
    const interrupt = new AbortController()
    async function* endless(): AsyncGenerator<Buffer> {
      yield await lying('a', '0', '77777777777')
      for (;;) {
        yield Buffer.alloc(1_000)
        interrupt.abort()
        await sleep(10)
      }
    }
    const [image] = await engine.listImages({ filters: { reference: ['debian:bookworm-slim'] } })
    const store = `bomb-${process.pid}-endless`
    await engine.createVolume({ Name: store })
    try {
      const place = { engine, image: image?.Id ?? '', store, signal: interrupt.signal }
      await expect(writeStore(place, endless())).rejects.toMatchObject({ name: 'AbortError' })
      expect(await engine.listContainers({ all: true, filters: { volume: [store] } })).toEqual([])
    } finally {
      await engine.getVolume(store).remove()
    }
  })

  it('is not taken for whole when the rest of it is lost', async () => {
    const engine = await localEngine()
    async function* broken(): AsyncGenerator<Buffer> {
      yield await tarEntry('a', Buffer.from('one'))
      throw new Error('the rest is lost')
    }
    const [image] = await engine.listImages({ filters: { reference: ['debian:bookworm-slim'] } })
    const store = `bomb-${process.pid}-store`
    await engine.createVolume({ Name: store })
    try {
      const writing = writeStore({ engine, image: image?.Id ?? '', store, signal }, Readable.from(broken()))
      await expect(writing).rejects.toThrow('the rest is lost')
    } finally {
      await engine.getVolume(store).remove()
    }
  })
})
