import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { ProvisionError } from '../core/error.ts'
import { isTexts } from '../core/rules/shape.ts'
import type { BoxFacts } from './labels.ts'

/** One piece of an exported box: an entry of the tar. */
export interface Piece {
  /** `system/000000`, `store/000017`. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly sha256: string
}

/** What an exported box says of itself: the last entry but one, because only then all pieces are known. */
export interface Manifest extends Omit<BoxFacts, 'store'> {
  readonly format: 1
  readonly architecture: string
  readonly pieces: readonly Piece[]
}

/** The two streams that a box consists of, each cut into pieces: what `docker save` gives, and a tar of its store. */
export const streams = ['system', 'store'] as const
export type StreamName = (typeof streams)[number]

export const manifestName = 'manifest.json'
/** The checksum of the manifest, which holds those of all else. */
export const checksumName = 'manifest.sha256'

/** Bytes that one piece has at most; it is held in memory. */
export const pieceSize = 8 * 1024 * 1024
export const manifestLimit = 4 * 1024 * 1024

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** The bytes of one file in a tar, without the end of the tar. */
export async function tarEntry(name: string, content: Buffer): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name, mode: 0o644, mtime: new Date(0) }, content)
  archive.finalize()
  return (await buffer(archive)).subarray(0, -tarEnd.length)
}

export const tarEnd = Buffer.alloc(1024)

/**
 * Reads a manifest.
 * @throws ProvisionError `box` when it is none, or one of a later version
 */
export function parseManifest(text: string, file: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged(file, 'its manifest is no JSON')
  }
  if (isManifest(value)) return value
  throw damaged(file, 'its manifest is not one of this version')
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const has = (key: string, type: string): boolean => typeof Reflect.get(value, key) === type
  const texts = ['name', 'digest', 'user', 'architecture'].every((key) => has(key, 'string'))
  const lists = 'pieces' in value && Array.isArray(value.pieces) && value.pieces.every(isPiece)
  const images = 'images' in value && isTexts(value.images)
  const size = 'size' in value && isSize(value.size)
  return 'format' in value && value.format === 1 && texts && size && lists && images
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const isPiece = (value: unknown): value is Piece =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  /^(?:system|store)\/\d{6}$/.test(value.name) &&
  'size' in value &&
  isSize(value.size) &&
  'sha256' in value &&
  typeof value.sha256 === 'string'

export const damaged = (file: string, how: string): ProvisionError =>
  new ProvisionError('box', `${file} cannot be imported: ${how}`, {
    help: 'copy or export it again: provision box export FILE',
  })
