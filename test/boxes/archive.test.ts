import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  checksumName,
  manifestName,
  sha256,
  tarEnd,
  tarEntry,
  type Manifest,
} from '../../src/boxes/archive-format.ts'
import { piecesIn, verifyArchive } from '../../src/boxes/archive-read.ts'
import { temporaryFolder } from '../support/folder.ts'

const contents = { 'system/000000': 'one', 'store/000000': 'two', 'store/000001': 'three' }
const pieces = Object.entries(contents).map(([name, text]) => ({
  name,
  size: text.length,
  sha256: sha256(Buffer.from(text)),
}))
const manifest: Manifest = {
  format: 1,
  name: 'coreos',
  digest: 'abcdef012345',
  user: 'core',
  images: ['a:latest'],
  size: 8,
  architecture: 'x86_64',
  pieces,
}

type Entries = readonly (readonly [name: string, content: string])[]

/** A file as `exportBox` writes it, of these entries. */
async function written(entries: Entries): Promise<string> {
  const file = join(temporaryFolder(), 'box.tar')
  const parts = await Promise.all(entries.map(([name, content]) => tarEntry(name, Buffer.from(content))))
  writeFileSync(file, Buffer.concat([...parts, tarEnd]))
  return file
}

function whole(said: unknown = manifest): Entries {
  const text = JSON.stringify(said)
  return [
    ...Object.entries(contents),
    [manifestName, text],
    [checksumName, `${sha256(Buffer.from(text))}  m`],
  ]
}

const verify = (file: string) => verifyArchive(file, new AbortController().signal, () => undefined)

describe('the file of an exported box', () => {
  it('gives what was put in', async () => {
    const file = await written(whole())
    expect(await verify(file)).toEqual(manifest)
    const read: string[] = []
    for await (const piece of piecesIn(file, manifest, 'store', () => undefined)) read.push(piece.toString())
    expect(read).toEqual(['two', 'three'])
  })

  it.each<[string, Entries]>([
    ['has a changed part', whole().map(([name, text]) => [name, text === 'two' ? 'twO' : text])],
    ['lacks a part', whole().filter(([name]) => name !== 'store/000001')],
    ['has a part more', [['store/000009', 'x'], ...whole()]],
    ['has a part at the end more', [...whole(), ['store/000002', 'x']]],
    ['has its parts in another order', [...whole().slice(0, 3).reverse(), ...whole().slice(3)]],
    ['has a path out of it', [...whole(), ['../../etc/passwd', 'x']]],
    ['has no manifest', whole().slice(0, 3)],
    ['has no checksum', whole().slice(0, 4)],
    ['has a changed manifest', whole().map(([name, text]) => [name, text.replace('"core"', '"root"')])],
    ['is of a later version', whole({ ...manifest, format: 2 })],
    ['has a manifest of another kind', whole([])],
    ['has no user', whole({ ...manifest, user: undefined })],
  ])('is refused when it %s', async (_, entries) => {
    const file = await written(entries)
    await expect(verify(file)).rejects.toMatchObject({ code: 'box' })
    await expect(verify(file)).rejects.toThrow(file)
  })

  it('is refused when it was cut off or is something else', async () => {
    const file = await written(whole())
    const bytes = readFileSync(file)
    for (const part of [
      bytes.subarray(0, 700),
      bytes.subarray(0, 1_536),
      Buffer.from('hello'),
      Buffer.alloc(0),
    ]) {
      writeFileSync(file, part)
      await expect(verify(file)).rejects.toMatchObject({ code: 'box' })
    }
  })

  it('may end in as many empty blocks as it likes, and nothing may follow them', async () => {
    const file = await written(whole())
    const bytes = readFileSync(file)
    writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(9_216)]))
    expect(await verify(file)).toEqual(manifest)
    for (const more of [Buffer.from('x'), await tarEntry('store/000002', Buffer.from('x'))]) {
      for (const hidden of [
        [bytes, more],
        [tarEnd.subarray(0, 512), more, bytes],
      ]) {
        writeFileSync(file, Buffer.concat(hidden))
        await expect(verify(file)).rejects.toThrow(`${file} cannot be imported: it goes on after its end`)
      }
    }
  })

  it('is refused when it is not there', async () => {
    const reading = verify('/no/such/box.tar')
    await expect(reading).rejects.toMatchObject({ code: 'box' })
    await expect(reading).rejects.toThrow('/no/such/box.tar cannot be read')
  })

  it('is refused when it changes after it was verified', async () => {
    const file = await written(whole().map(([name, text]) => [name, text === 'three' ? 'thrEE' : text]))
    const read = async () => {
      for await (const piece of piecesIn(file, manifest, 'store', () => undefined))
        expect(piece).toBeDefined()
    }
    await expect(read()).rejects.toMatchObject({ code: 'box' })
  })
})
