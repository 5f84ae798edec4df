import { statSync, type BigIntStats } from 'node:fs'
import { systemCode } from '../../core/error.ts'
import { fileClockTick } from '../../core/file-clock.ts'
import type { DigestCache, FileFacts } from '../build/digest-cache.ts'

/** Tells the states of a path apart: equal as long as nothing was written to it. */
export type Stamp = string

/** What the stamp of a file that was written within it has before the time of the look. Reasons of errors have one line. */
const unsettled = '\nat '

/** Whether a stamp is of a file that was written a moment ago. */
export const isUnsettled = (stamp: Stamp): boolean => stamp.includes(unsettled)

/** What stands in a stamp for a path where nothing is. */
export const gone: Stamp = 'gone'

/** What stands for a folder, which is no file but has to be there. */
export const folder: Stamp = 'folder'

/** What stands for a link that is taken as it is. */
export const linkTo = (target: string): Stamp => `link to ${target}`

/** Whether a stamp is of something that has a content. */
export const isOfFile = (stamp: Stamp): boolean => /^\d/.test(stamp)

/** Many editors empty a file, or take it away, just before they write it. */
export const isHalfSaved = (before: Stamp, now: Stamp | undefined): boolean =>
  isOfFile(before) && !isEmpty(before) && (now === undefined || now === gone || isEmpty(now))

const isEmpty = (stamp: Stamp): boolean => stamp.startsWith('0 ')

/**
 * The stamp of a file as it is `now`. One that was written a moment ago gets a stamp of its own, which no later one
 * equals, because it may be written again within a tick of the clock.
 */
export function stampOf(stats: BigIntStats | undefined, now: number): Stamp {
  if (!stats) return gone
  const { size, mtimeNs, ctimeNs, ctimeMs, ino, mode } = stats
  const age = now - Number(ctimeMs)
  const mark = age >= 0 && age < fileClockTick ? `${unsettled}${now}` : ''
  return `${size} ${mtimeNs} ${ctimeNs} ${ino} ${mode}${mark}`
}

/** Reads stamps in the place of digests, so that whatever reads the inputs of builds can read their stamps as well. */
export function stampReader(now: () => number): DigestCache {
  const known = new Map<string, FileFacts>()
  const factsOf = (path: string): FileFacts => {
    const there = known.get(path)
    if (there) return there
    const facts = { digest: stampAt(path, now), size: 0, executable: false }
    known.set(path, facts)
    return facts
  }
  return { of: (paths) => Promise.resolve(paths.map(factsOf)), save: () => undefined }
}

function stampAt(path: string, now: () => number): Stamp {
  try {
    // What is written after this is stamped anew: the time is that of this file, not of a look that takes seconds.
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stampOf(stats, now())
  } catch (error) {
    // A file stands where a folder would have to, or we may not look.
    return systemCode(error) ?? gone
  }
}
