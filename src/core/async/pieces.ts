/**
 * The bytes of a stream, which its type may not tell to be such, in pieces of at least a size, but for the last one.
 * @throws TypeError for a chunk that is something else
 */
export async function* inPieces(stream: AsyncIterable<unknown>, size: number): AsyncGenerator<Buffer, void> {
  let chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError(`a stream of bytes gave ${typeof chunk}`)
    chunks.push(chunk)
    length += chunk.length
    if (length < size) continue
    yield Buffer.concat(chunks)
    chunks = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(chunks)
}
