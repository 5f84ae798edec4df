import type { FileHandle } from 'node:fs/promises'

/** Between two chunks other hosts get their turn: one takes some 5 ms to search. */
const chunkSize = 1_048_576

/** A part of an open file, in chunks. */
export async function* bytesOf(
  file: FileHandle,
  from: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = from
  const end = from + length
  while (at < end) {
    const size = Math.min(chunkSize, end - at)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
