import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'

/** What V8 has compiled of a file of the bundle. */
export interface Compiled {
  /** Stands for the file's content: V8 compares no more than its length. */
  readonly stamp: string
  readonly code: Buffer
}

/** By name of the file. */
export type CompiledFiles = ReadonlyMap<string, Compiled>

const sumBytes = 32
const sumOf = (data: Buffer): Buffer => createHash('sha256').update(data).digest()

/** What an earlier run has kept; nothing where there is none or it is damaged, which V8 would not notice. */
export function readCompiled(path: string): CompiledFiles {
  try {
    const kept = readFileSync(path)
    const data = kept.subarray(sumBytes)
    if (!sumOf(data).equals(kept.subarray(0, sumBytes))) return new Map()
    const files: unknown = deserialize(data)
    return files instanceof Map ? new Map([...files].filter(isEntry)) : new Map()
  } catch {
    return new Map()
  }
}

/** Keeps it for the next run. Where that cannot be, nothing is asked for, and the next run compiles again. */
export function keepCompiled(path: string, files: () => CompiledFiles): void {
  const made = `${path}.${process.pid}`
  try {
    writeFileSync(made, '')
    const data = serialize(files())
    writeFileSync(made, Buffer.concat([sumOf(data), data]))
    renameSync(made, path)
  } catch {
    rmSync(made, { force: true })
  }
}

const isEntry = (entry: [unknown, unknown]): entry is [string, Compiled] => {
  const [name, file] = entry
  if (typeof name !== 'string' || typeof file !== 'object' || file === null) return false
  return 'stamp' in file && typeof file.stamp === 'string' && 'code' in file && Buffer.isBuffer(file.code)
}
