import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { digestOf, type Digest } from '../../core/digest.ts'
import { isObject, isTexts } from '../../core/rules/shape.ts'
import { temporaryName } from '../../core/temporary.ts'

/** The digests of files, by their path relative to the playbook's folder. */
export type FileDigests = Readonly<Record<string, Digest>>

/** What went into a build when it was last done, and what came of it. */
export interface BuildRecord {
  readonly inputs: Digest
  readonly files: FileDigests
  /** Digest of an artifact's output, or id of an image. */
  readonly output: string
}

/** What is kept of an artifact's build in addition. */
export interface ArtifactRecord extends BuildRecord {
  /** The inputs that were written to while it was built, relative to its folder. */
  readonly rewritten: readonly string[]
}

/** The ids of images on the engine of this machine, by their names. */
export type ImageIds = Readonly<Record<string, string>>

/** What is kept of an image's build in addition. */
export interface ImageRecord extends BuildRecord {
  /** What it is built on and nobody declares, as it was then. */
  readonly bases: ImageIds
}

/** Where the record of a build is kept: by digest, since names hold characters that paths do not. */
export const recordPath = (cacheDir: string, folder: 'artifacts' | 'images', name: string): string =>
  join(cacheDir, folder, `${digestOf(name)}.json`)

/** The record of an artifact, undefined when there is none that can be read; one of an older version does not tell what was written to. */
export function readArtifactRecord(path: string): ArtifactRecord | undefined {
  const value = readJson(path)
  if (!isBuildRecord(value)) return undefined
  const rewritten = isObject(value) ? value['rewritten'] : undefined
  return { ...value, rewritten: isTexts(rewritten) ? rewritten : [] }
}

/** The record of an image, undefined when there is none that can be read; one of an older version does not tell what it was built on. */
export function readImageRecord(path: string): ImageRecord | undefined {
  const value = readJson(path)
  if (!isBuildRecord(value)) return undefined
  const bases = isObject(value) && isObject(value['bases']) ? Object.entries(value['bases']) : []
  return {
    ...value,
    bases: Object.fromEntries(
      bases.flatMap(([name, id]): [string, string][] => (typeof id === 'string' ? [[name, id]] : [])),
    ),
  }
}

/** What a JSON file holds; undefined when it is missing or not JSON, since a cache may always be lost. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Replaces a JSON file at once: a reader sees the old or the new. */
export function writeJson(path: string, value: object): void {
  const temporary = temporaryName(path, process.pid, performance.now())
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(temporary, JSON.stringify(value))
  renameSync(temporary, path)
}

/** The files that were added, changed or taken away. */
export function changedFiles(before: FileDigests, now: FileDigests): readonly string[] {
  const all = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  return all.filter((path) => before[path] !== now[path])
}

const isBuildRecord = (value: unknown): value is BuildRecord =>
  isObject(value) &&
  typeof value['inputs'] === 'string' &&
  typeof value['output'] === 'string' &&
  isObject(value['files']) &&
  Object.values(value['files']).every((digest) => typeof digest === 'string')
