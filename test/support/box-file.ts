import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'
import {
  checksumName,
  manifestName,
  sha256,
  tarEnd,
  tarEntry,
  type Manifest,
} from '../../src/boxes/archive-format.ts'
import { temporaryFolder } from './folder.ts'

export type Part = readonly [name: string, content: Buffer]

/** The entries of a file as `exportBox` writes it, of these contents. */
export function partsOf(contents: readonly Part[], over: Partial<Manifest> = {}): readonly Part[] {
  const pieces = contents.map(([name, content]) => ({ name, size: content.length, sha256: sha256(content) }))
  const manifest = {
    ...{ format: 1, name: 'bomb', digest: 'abcdef012345', user: 'core', images: [], size: 8 },
    ...{ architecture: 'x86_64', pieces, ...over },
  }
  const text = Buffer.from(JSON.stringify(manifest))
  return [...contents, [manifestName, text], [checksumName, Buffer.from(`${sha256(text)}  m`)]]
}

export const fine: readonly Part[] = [
  ['system/000000', gzipSync('one')],
  ['store/000000', gzipSync('two')],
]

export function fileOf(...bytes: readonly Uint8Array[]): string {
  const file = join(temporaryFolder(), 'box.tar')
  const to = openSync(file, 'w')
  for (const part of bytes) writeSync(to, part)
  closeSync(to)
  return file
}

export const tarOf = async (parts: readonly Part[]): Promise<Buffer> =>
  Buffer.concat(await Promise.all(parts.map(([name, content]) => tarEntry(name, content))))

export type Described = Partial<Header> & Pick<Header, 'name'>

/** An entry of any kind. */
export async function entry(header: Described, content = ''): Promise<Buffer> {
  const archive = pack()
  archive.entry(header, content)
  archive.finalize()
  return (await buffer(archive)).subarray(0, -tarEnd.length)
}

/** A header that says what is not so. */
export async function lying(name: string, type: string, size: string): Promise<Buffer> {
  const bytes = Buffer.from(await entry({ name }))
  bytes.write(size.padStart(11, '0'), 124, 'latin1')
  bytes.write(type, 156, 'latin1')
  bytes.fill(' ', 148, 156)
  const sum = bytes.reduce((all, byte) => all + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}
