/** The bytes of a stream, which Node.js types as anything, in pieces of at least a size, but for the last one. */
export async function* inPieces(stream: AsyncIterable<unknown>, size: number): AsyncGenerator<Buffer, void> {
  let chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue
    chunks.push(chunk)
    length += chunk.length
    if (length < size) continue
    yield Buffer.concat(chunks)
    chunks = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(chunks)
}
