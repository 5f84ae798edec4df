import { pipeline, Readable, type Transform } from 'node:stream'

/** Sends bytes through a transform such as gzip; a failure of the source shows to whoever reads the result. */
export function through(source: AsyncIterable<Buffer>, transform: Transform): Transform {
  return pipeline(Readable.from(source), transform, () => undefined)
}
