export type OutputStream = 'stdout' | 'stderr'

/** A piece of the output of a container: what one write of Docker's held. */
export interface Frame {
  readonly stream: OutputStream
  readonly data: Buffer
}

/** Something that gives chunks of bytes. */
export type Chunks = AsyncIterable<Buffer | string> | NodeJS.ReadableStream

/**
 * Takes apart the frames in which Docker mixes the two outputs of a container without a terminal: a header of 8 bytes
 * (1 or 2 for the stream, the length in the last four), then the data. Reads no faster than it is read from.
 */
export async function* demultiplex(chunks: Chunks): AsyncGenerator<Frame> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, Buffer.from(chunk)])
    let at = 0
    while (rest.length - at >= 8) {
      const end = at + 8 + rest.readUInt32BE(at + 4)
      if (rest.length < end) break
      yield { stream: rest[at] === 2 ? 'stderr' : 'stdout', data: rest.subarray(at + 8, end) }
      at = end
    }
    rest = rest.subarray(at)
  }
}

/** The output of a container with a terminal, which has only one. */
export async function* unframed(chunks: Chunks): AsyncGenerator<Frame> {
  for await (const chunk of chunks) yield { stream: 'stdout', data: Buffer.from(chunk) }
}
