import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'

const compress = promisify(gzip)

/** What is compressed at a time; `gzip -d` and Docker read several of them in a row as one. Bytes. */
const blockSize = 1_048_576
/** Saved less than this, it was compressed before, as a JAR is. A share. */
const leastSaved = 0.05
/** So many blocks are then only wrapped, before the next one is tried. */
const wrapped = 4

/** Compresses what can be, and only wraps what cannot, which takes next to no time. */
export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let waiting: Uint8Array[] = []
  let size = 0
  let toWrap = 0
  const pack = async (): Promise<Buffer> => {
    const block = Buffer.concat(waiting)
    waiting = []
    size = 0
    const isWrapped = toWrap > 0
    const packed = await compress(block, { level: isWrapped ? 0 : 6 })
    if (isWrapped) toWrap--
    else if (packed.length > block.length * (1 - leastSaved)) toWrap = wrapped
    return packed
  }
  let any = false
  for await (const chunk of chunks) {
    waiting.push(chunk)
    size += chunk.length
    if (size < blockSize) continue
    any = true
    yield await pack()
  }
  if (size > 0 || !any) yield await pack()
}

/** What `delta-script.ts` wrote: whether the host has gzip, and then text, packed by it where it has. */
export function unpacked(output: Buffer): { readonly packed: boolean; readonly body: string } {
  const end = output.indexOf(0)
  const packed = output.toString('utf8', 0, Math.max(0, end)) !== 'cat'
  const body = output.subarray(end + 1)
  try {
    return { packed, body: (packed ? gunzipSync(body) : body).toString('latin1') }
  } catch {
    // Without signatures all files are sent whole, which is right where a disk was full, too.
    return { packed, body: '' }
  }
}
