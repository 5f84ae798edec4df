import { damaged, manifestLimit, manifestName, pieceSize } from './archive-format.ts'

const block = 512
/** Offsets within a header of POSIX's ustar format. */
const field = { name: [0, 100], size: [124, 136], type: 156 } as const
const plainTypes: ReadonlySet<string> = new Set(['0', '\0'])
/** Those, links and folders. */
const imageTypes: ReadonlySet<string> = new Set([...plainTypes, '1', '2', '5'])

/** What a header says of its entry. */
interface Said {
  readonly name: string
  readonly type: string
}

/** The most bytes that an entry may hold; undefined for one that may not be there. */
type Limit = (entry: Said) => number | undefined

/**
 * Lets the bytes of a tar pass, as long as each of its headers is one that `exportBox` writes: a plain file of bounded
 * size, and as long as nothing follows its end. Links, devices and folders are refused, and so are headers of the longer
 * kinds, which a reader of tars would gather in memory however long they say they are.
 * @throws ProvisionError `box` before anything of a bad entry has passed
 */
export const plainEntries = (file: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> =>
  guarded(file, source, ({ name, type }) => {
    if (!plainTypes.has(type)) return undefined
    return name === manifestName ? manifestLimit : pieceSize * 2
  })

/**
 * The same for a tar as `docker save` gives it: its files are of any size, and it has links and folders.
 * @throws ProvisionError `box` before anything of a bad entry has passed
 */
export const imageEntries = (file: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> =>
  guarded(file, source, ({ type }) => (imageTypes.has(type) ? Number.MAX_SAFE_INTEGER : undefined))

async function* guarded(file: string, source: AsyncIterable<Buffer>, limitOf: Limit): AsyncGenerator<Buffer> {
  let header = Buffer.alloc(0)
  /** Bytes until the next header. */
  let rest = 0
  let ended = false
  for await (const chunk of source) {
    let at = 0
    while (at < chunk.length && !ended) {
      if (rest > 0) {
        const taken = Math.min(rest, chunk.length - at)
        rest -= taken
        at += taken
        continue
      }
      const part = chunk.subarray(at, at + block - header.length)
      at += part.length
      header = Buffer.concat([header, part])
      if (header.length < block) break
      ended = isEmpty(header)
      if (!ended) rest = sizeIn(file, header, limitOf)
      header = Buffer.alloc(0)
    }
    // A reader of tars skips empty blocks and goes on reading headers.
    if (ended && !isEmpty(chunk.subarray(at))) throw damaged(file, 'it goes on after its end')
    yield chunk
  }
}

const isEmpty = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0)

/** Of the content that follows a header, with what fills up its last block. */
function sizeIn(file: string, header: Buffer, limitOf: Limit): number {
  const text = ([from, to]: readonly [number, number]) =>
    header.toString('latin1', from, to).replace(/\0.*$/s, '')
  const name = text(field.name)
  const type = String.fromCharCode(header[field.type] ?? 0)
  const digits = text(field.size).trim()
  const size = /^[0-7]{1,11}$/.test(digits) ? parseInt(digits, 8) : Infinity
  const limit = limitOf({ name, type })
  if (limit !== undefined && size <= limit) return Math.ceil(size / block) * block
  throw damaged(file, `it holds ${JSON.stringify(name)}, which no box does`)
}
