import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'

const compress = promisify(gzip)

/** What is compressed at a time; `gzip -d` and Docker read several of them in a row as one. Bytes. */
const blockSize = 1_048_576
/** Saved less than this, it was compressed before, as a JAR is. A share. */
const leastSaved = 0.05
/** So many blocks are then only wrapped, before the next one is tried. */
const wrapped = 4

/** Blocks before it is told whether compressing or sending takes longer: so much may go into buffers. */
const leastKnown = 8
/** How much of what was measured counts at the next block. */
const memory = 0.8
/** Where sending takes less than this share of what compressing does, the link is not as slow as it was taken for. */
const leastWaiting = 0.5

/** Compresses what can be and where that pays; else it only wraps, which takes next to no time. */
export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let toWrap = 0
  let blocks = 0
  let [packing, sending] = [0, 0]
  for await (const block of blocksOf(chunks)) {
    const isWrapped = toWrap > 0 || (blocks >= leastKnown && sending < packing * leastWaiting)
    const from = performance.now()
    const packed = await compress(block, { level: isWrapped ? 0 : 6 })
    const done = performance.now()
    yield packed
    blocks++
    packing = packing * memory + (isWrapped ? 0 : done - from)
    sending = sending * memory + performance.now() - done
    if (toWrap > 0) toWrap--
    else if (!isWrapped && packed.length > block.length * (1 - leastSaved)) toWrap = wrapped
  }
}

/** The same bytes in blocks; one at least. */
async function* blocksOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let waiting: Uint8Array[] = []
  let size = 0
  let any = false
  for await (const chunk of chunks) {
    waiting.push(chunk)
    size += chunk.length
    if (size < blockSize) continue
    yield Buffer.concat(waiting)
    any = true
    waiting = []
    size = 0
  }
  if (size > 0 || !any) yield Buffer.concat(waiting)
}

/** More than a host says of a hundred thousand files. Bytes. */
const mostUnpacked = 256 * 1024 * 1024

/** What a host has packed. @throws Error where that is damaged, or too much */
export const gunzipped = (packed: Buffer): Buffer => gunzipSync(packed, { maxOutputLength: mostUnpacked })

/** What `delta/script.ts` has a host write: whether the host has gzip, and then text, packed by it where it has. */
export function unpacked(output: Buffer): { readonly packed: boolean; readonly body: string } {
  const end = output.indexOf(0)
  const packed = output.toString('utf8', 0, Math.max(0, end)) !== 'cat'
  const body = output.subarray(end + 1)
  try {
    return { packed, body: (packed ? gunzipped(body) : body).toString('latin1') }
  } catch {
    // Without signatures all files are sent whole, which is right where a disk was full, too.
    return { packed, body: '' }
  }
}
