import type Dockerode from 'dockerode'
import { once } from 'node:events'
import type { Deferred } from '../../core/async/deferred.ts'
import { createLimit } from '../../core/async/limit.ts'
import { readArchives, type ImageArchive } from './archive.ts'
import { spoolImages } from './spool.ts'

/** An image that is to be saved for as long as somebody uses it. */
export interface SavedImage {
  readonly id: string
  readonly archive: Deferred<ImageArchive>
  /** Aborted when nobody uses it any more. */
  readonly over: AbortController
  /** When nothing of it is left. */
  readonly gone: Deferred<undefined>
}

/** Saves images together, so that layers they share are read once. Done when nothing of them is left. */
export type SaveTogether = (group: readonly SavedImage[]) => Promise<void>

/** Those being sent and the next ones being read: more would only fill the disk. */
const atHand = 2

export function savingFrom(engine: () => Promise<Dockerode>): SaveTogether {
  const room = createLimit(atHand)
  const oneSave = createLimit(1)

  /** Removes them when all are over. */
  const keep = async (group: readonly SavedImage[]): Promise<void> => {
    const from = await engine()
    const unwanted = allOf(group.map(({ over }) => over.signal))
    const ids = group.map(({ id }) => id)
    const spool = await oneSave(() => spoolImages(from, ids, unwanted))
    try {
      const archives = await readArchives(spool)
      const own = group.map(({ id }) =>
        group.length === 1 ? archives[0] : archives.find(({ ids }) => ids.includes(id)),
      )
      const found = own.filter((archive) => archive !== undefined)
      if (found.length < group.length) throw new Error('docker save gave other images than were asked for')
      group.forEach(({ archive }, i) => {
        const mine = found[i]
        if (mine) archive.resolve(mine)
      })
      if (!unwanted.aborted) await once(unwanted, 'abort')
    } finally {
      await spool.remove()
    }
  }

  const save: SaveTogether = async (group) => {
    try {
      await room(() => keep(group))
    } catch (error) {
      const [only] = group
      // One that is gone, or too little space for all at once, need not keep the others.
      if (group.length > 1) await Promise.all(group.map((one) => save([one])))
      else only?.archive.reject(error)
    }
    for (const { gone } of group) gone.resolve(undefined)
  }
  return save
}

/** Aborted once all are. */
function allOf(signals: readonly AbortSignal[]): AbortSignal {
  const all = new AbortController()
  const check = (): void => {
    if (signals.every(({ aborted }) => aborted)) all.abort()
  }
  for (const signal of signals) signal.addEventListener('abort', check, { once: true })
  check()
  return all.signal
}
