import { pack, type Pack } from 'tar-stream'
import { inPieces } from '../../core/async/pieces.ts'

/** One entry of a tar stream; a name that ends with `/` is a folder. */
export interface TarEntry {
  readonly name: string
  readonly mode: number
  readonly content: Uint8Array
}

/** ssh2 makes a packet of each chunk, and tar-stream three chunks of each small file. Bytes. */
const chunkSize = 64 * 1024

/**
 * A tar stream of entries as they come, in chunks of a fit size; with each that is on its way `onSent` is told how many bytes
 * of content are in it.
 */
export async function* tarStream(
  entries: AsyncIterable<TarEntry>,
  onSent: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const stream = pack()
  // Its failure ends the stream, and with it the loop below.
  let packed = 0
  const filling = fill(stream, entries, (bytes) => (packed += bytes)).catch((error: unknown) => {
    stream.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  const tell = (): void => {
    onSent(packed)
    packed = 0
  }
  for await (const piece of inPieces(stream, chunkSize)) {
    yield piece
    tell()
  }
  await filling
  if (packed > 0) tell()
}

async function fill(
  stream: Pack,
  entries: AsyncIterable<TarEntry>,
  onPacked: (bytes: number) => void,
): Promise<void> {
  for await (const { name, mode, content } of entries) {
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => (error ? reject(error) : resolve())
      if (name.endsWith('/')) stream.entry({ name, mode, type: 'directory' }, done)
      else
        stream.entry(
          { name, mode, type: 'file' },
          Buffer.from(content.buffer, content.byteOffset, content.byteLength),
          done,
        )
    })
    onPacked(content.length)
  }
  stream.finalize()
}
