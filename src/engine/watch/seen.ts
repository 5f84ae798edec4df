import { setTimeout as sleep } from 'node:timers/promises'
import { buildId, type Build } from '../../core/build/index.ts'
import { fileClockTick } from '../../core/file-clock.ts'
import { lookAt, lookAtOne, type Sources } from './look.ts'
import type { Found } from './machine.ts'
import { commonTo, contentsOf, isUnchanged, type Contents } from './rewritten.ts'
import type { Reading } from './run.ts'
import { differences, extended, filesIn, hasHalves, isFresh, type Part, type Snapshot } from './snapshot.ts'

/** What a watch has seen of what a system is made from, and which of it a run has begun with. */
export interface Seen {
  readonly look: (now: Sources) => Promise<void>
  /** How the last look differs from what the last run began with. */
  readonly found: () => Promise<Found>
  /** Whether something was being written just when it was looked at. */
  readonly isFresh: () => boolean
  /** Of how many files it knows. */
  readonly files: () => number
  /** A run begins with the last look. Gives what differs from what the run before began with. */
  readonly begin: (follows: 'rest' | 'run') => Promise<readonly string[]>
  readonly reading: Reading
}

export function createSeen(sources: () => Sources): Seen {
  /** What the last run began with. */
  let before: Snapshot | undefined
  let latest: Snapshot = new Map()
  /** What the last run found changed since the one before it. */
  let changed: Contents = new Map()
  /** Of that, what the run before had found in the same state. */
  let rewritten: Contents = new Map()

  return {
    look: async (now) => {
      latest = await lookAt(now)
    },
    found: async () => {
      if (!before) return 'nothing'
      const differing = differences(before, latest)
      // Three times the same after three runs: they write it themselves, and would never come to an end. A person who takes
      // an edit back while a run reads it does not do that in each of them.
      if (await isUnchanged(differing, rewritten)) before = latest
      else if (differing.length > 0) return hasHalves(before, latest) ? 'half' : 'edits'
      return 'nothing'
    },
    isFresh: () => isFresh(latest),
    files: () => filesIn(latest),
    begin: async (follows) => {
      const edited = before ? differences(before, latest) : []
      const contents = follows === 'run' ? await contentsOf(edited) : new Map()
      rewritten = commonTo(contents, changed)
      changed = contents
      before = latest
      return edited
    },
    reading: {
      widen: async () => {
        const now = await lookAt(sources())
        if (before) before = extended(before, now)
      },
      notice: async (build: Build) => {
        const part = await settledPart(() => lookAtOne(build, sources()))
        const id = buildId(build)
        return () => {
          if (before?.has(id)) before = new Map([...before, [id, part]])
        }
      },
    },
  }
}

/** A look that lasts: what was written a moment ago, as by a build that has just ended, is let settle, but not for ever. */
async function settledPart(look: () => Promise<Part>): Promise<Part> {
  for (let attempt = 1; ; attempt++) {
    const part = await look()
    if (attempt === 5 || !isFresh(new Map([['', part]]))) return part
    await sleep(fileClockTick + 5)
  }
}
