import { posix } from 'node:path'
import type { Numbered, Write } from './file-batch.ts'
import type { Uploaded } from './upload.ts'

/** A file on its way: where it waits in the staging folder, and where it belongs. */
export interface Staged {
  readonly index: number
  readonly write: Write
  readonly target: string
  /** `d3/name`: which folder of the layout, and the name that it gets. Also how the host names it in its report. */
  readonly key: string
  /** Where it arrives: its key, or a number for a name that tar or sha256sum would write differently. */
  readonly arrives: string
  /** The file on the host that its content comes in by itself; undefined for what comes in the tar stream. */
  readonly uploaded: string | undefined
}

export interface Layout {
  /** The folders that files go to, by the number in their keys; the first are those where to stage. */
  readonly folders: readonly string[]
  readonly files: readonly Staged[]
}

/**
 * Names that every tar and sha256sum takes as they are. Others would need pax headers, which busybox skips, or come out
 * escaped.
 */
const isPlain = (name: string): boolean => /^[\x20-\x5b\x5d-\x7e]{1,80}$/.test(name)

/** Gives every file its place in the staging folder: one folder there for each folder here, so that one `mv` moves all. */
export function layoutOf(writes: readonly Numbered<Write>[]): Layout {
  const folders = foldersOf(writes)
  const numbers = new Map(folders.map((folder, number) => [folder, number]))
  const files = writes.map(({ index, path, action }): Staged => {
    const name = posix.basename(path)
    const key = `d${numbers.get(posix.dirname(path)) ?? 0}/${name}`
    const arrives = isPlain(name) ? key : `odd/${index}`
    return { index, write: action, target: path, key, arrives, uploaded: undefined }
  })
  return { folders, files }
}

/**
 * All arrives in the file system of the first folder, and a small one, as /run, may have no room for what goes elsewhere. So
 * they are in the order of their bytes; those of a tree count together, because it is mostly in one file system.
 */
function foldersOf(writes: readonly Numbered<Write>[]): readonly string[] {
  const sizes = new Map<string, number>()
  for (const { path, action } of writes) add(sizes, posix.dirname(path), action.size)
  const sums = new Map<string, number>()
  for (const [folder, size] of sizes) for (const branch of branchesOf(folder)) add(sums, branch, size)
  return [...sizes.keys()]
    .map((folder) => ({ folder, along: branchesOf(folder).map((branch) => sums.get(branch) ?? 0) }))
    .sort((a, b) => mostFirst(a.along, b.along))
    .map(({ folder }) => folder)
}

const add = (sums: Map<string, number>, key: string, size: number): unknown =>
  sums.set(key, (sums.get(key) ?? 0) + size)

/** The way down to a folder: those above it, itself with all within it, and at last what is in it directly. */
function branchesOf(folder: string): readonly string[] {
  const ends = [...folder.matchAll(/(?<!^)\//g)].map(({ index }) => index)
  return [...ends.map((end) => folder.slice(0, end)), folder, `${folder}/`]
}

/** Compares two ways where they part. */
function mostFirst(a: readonly number[], b: readonly number[]): number {
  for (const [i, sum] of a.entries()) if (sum !== b[i]) return (b[i] ?? -1) - sum
  return b.length - a.length
}

/** A layout with what has become of the files that came by themselves: where they are, and without those that did not come. */
export function arrivedOf({ folders, files }: Layout, uploaded: readonly Uploaded[]): Layout {
  const ends = new Map(uploaded.map((done) => [done.index, done]))
  return {
    folders,
    files: files.flatMap((file) => {
      const done = ends.get(file.index)
      if (done === undefined) return [file]
      return 'path' in done ? [{ ...file, uploaded: done.path }] : []
    }),
  }
}
