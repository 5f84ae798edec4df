import { posix } from 'node:path'
import type { Numbered, Write } from '../files/batch.ts'
import type { Uploaded } from '../files/upload.ts'

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
  /** The folders that files go to, by the number in their keys. */
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
  const folders = new Map<string, number>()
  const files = writes.map(({ index, path, action }): Staged => {
    const folder = posix.dirname(path)
    const number = folders.get(folder) ?? folders.size
    folders.set(folder, number)
    const name = posix.basename(path)
    const key = `d${number}/${name}`
    const arrives = isPlain(name) ? key : `odd/${index}`
    return { index, write: action, target: path, key, arrives, uploaded: undefined }
  })
  return { folders: [...folders.keys()], files }
}

/** Those that arrive in the tar stream. */
export const streamedOf = (files: readonly Staged[]): readonly Staged[] =>
  files.filter(({ uploaded }) => uploaded === undefined)

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
