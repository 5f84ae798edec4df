import { isHalfSaved, isOfFile, isUnsettled, type Stamp } from './stamps.ts'

/** What one build reads: the stamps of it by absolute path, or why it could not be read. */
export type Part =
  | { readonly stamps: ReadonlyMap<string, Stamp> }
  /** A folder that is missing, a pattern that matches nothing: a run says so, and that it is mended is a difference. */
  | { readonly unreadable: string }

/** All that is declared, by the id of the build that reads it; the files of the playbook are under a name of their own. */
export type Snapshot = ReadonlyMap<string, Part>

const stampsIn = (part: Part | undefined): ReadonlyMap<string, Stamp> =>
  part && 'stamps' in part ? part.stamps : new Map()

const allStamps = (look: Snapshot): readonly (readonly [path: string, stamp: Stamp])[] =>
  [...look.values()].flatMap((part) => [...stampsIn(part)])

/** Of how many files a look knows. */
export const filesIn = (look: Snapshot): number =>
  new Set(allStamps(look).flatMap(([path, stamp]) => (isOfFile(stamp) ? [path] : []))).size

/** Whether something was being written just when it was looked at. */
export const isFresh = (look: Snapshot): boolean => allStamps(look).some(([, stamp]) => isUnsettled(stamp))

/** Whether something looks as if it was between two steps of a save. */
export const hasHalves = (before: Snapshot, now: Snapshot): boolean =>
  [...before].some(([id, part]) => {
    const stamps = stampsIn(now.get(id))
    return [...stampsIn(part)].some(([path, stamp]) => isHalfSaved(stamp, stamps.get(path)))
  })

/**
 * A look before something was read, once more is known to be read: what it stamped already stays as it was, what is new
 * has the stamps of now, and what is read no more is left out.
 */
export const extended = (before: Snapshot, now: Snapshot): Snapshot =>
  new Map([...now].map(([id, part]) => [id, extendedPart(before.get(id), part)]))

function extendedPart(before: Part | undefined, now: Part): Part {
  if (!before) return now
  if ('unreadable' in before || 'unreadable' in now) return before
  return { stamps: new Map([...now.stamps].map(([path, stamp]) => [path, before.stamps.get(path) ?? stamp])) }
}

/** What differs, sorted: paths, and ids of builds that could not be read at one of both times. */
export function differences(before: Snapshot, now: Snapshot): readonly string[] {
  const ids = [...new Set([...before.keys(), ...now.keys()])]
  return [...new Set(ids.flatMap((id) => differencesIn(id, before.get(id), now.get(id))))].sort()
}

/** Of a part that cannot be read nobody knows which of its files were touched: it is named itself, and none of them. */
function differencesIn(id: string, before: Part | undefined, now: Part | undefined): readonly string[] {
  const reasons = [before, now].map((part) => (part && 'unreadable' in part ? part.unreadable : undefined))
  if (reasons.some((reason) => reason !== undefined)) return reasons[0] === reasons[1] ? [] : [id]
  const [old, present] = [stampsIn(before), stampsIn(now)]
  return [...new Set([...old.keys(), ...present.keys()])].filter(
    (path) => old.get(path) !== present.get(path),
  )
}
