import { createJiti } from 'jiti'
import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import type { Place } from '../../report/failure.ts'

/** What jiti puts before the compiled code of a file, in its first line. */
const wrapper =
  '(async function (exports, require, module, __filename, __dirname, jitiImport, jitiESMResolve) { '

/**
 * Where a place of compiled code is in the file as it is written. Compiled code keeps its lines, but not its columns; the file
 * is compiled once more to learn those, which only errors have to wait for.
 */
export function writtenPlace(place: Place): Place {
  const { file, line, column } = place
  if (!/\.[cm]?ts$/.test(file)) return place
  const map = mapOf(file)
  const at = line === 1 ? column - wrapper.length : column
  const entry = map?.findEntry(line - 1, Math.max(0, at - 1))
  if (entry === undefined || !('originalLine' in entry) || entry.originalLine !== line - 1) return place
  return { file, line, column: entry.originalColumn + 1 }
}

const mapComment = /^\/\/# sourceMappingURL=data:application\/json;[^,]*base64,(\S+)\s*$/m

/** How the compiled code of a file leads back to it; undefined when it cannot be compiled any more. */
function mapOf(file: string): SourceMap | undefined {
  try {
    const jiti = createJiti(import.meta.url, { sourceMaps: true, fsCache: false, interopDefault: false })
    const source = readFileSync(file, 'utf8')
    const compiled = jiti.transform({ source, filename: file, ts: true, async: true })
    const [, data = ''] = mapComment.exec(compiled) ?? []
    const payload: unknown = JSON.parse(Buffer.from(data, 'base64').toString())
    return isPayload(payload) ? new SourceMap(payload) : undefined
  } catch {
    // It was edited meanwhile: the place is told as it was compiled.
    return undefined
  }
}

const isPayload = (value: unknown): value is SourceMapPayload =>
  typeof value === 'object' && value !== null && 'mappings' in value && typeof value.mappings === 'string'
