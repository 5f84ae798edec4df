import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildId, type Build } from '../core/build/index.ts'
import { deferred } from '../core/async/deferred.ts'
import { parseDockerignore, type Ignore } from './build/dockerignore.ts'
import { areasOf, type Area } from './watch/areas.ts'
import { watchFolders } from './watch/folders.ts'
import { lookAt, lookAtOne, type Sources } from './watch/look.ts'
import {
  advance,
  beginning,
  defaultPace,
  type Found,
  type Input,
  type Next,
  type Pace,
} from './watch/machine.ts'
import { commonTo, contentsOf, isUnchanged, type Contents } from './watch/rewritten.ts'
import {
  differences,
  extended,
  filesIn,
  hasHalves,
  isFresh,
  type Part,
  type Snapshot,
} from './watch/snapshot.ts'
import { tick } from './watch/stamps.ts'

export type { Sources } from './watch/look.ts'

/** Why a watch runs. */
export interface Cause {
  /** What differs from the look before the last run: absolute paths, or ids of builds that could not be read or can be again. */
  readonly edited: readonly string[]
  /** Whether the user asked for it; so does the beginning. */
  readonly asked: boolean
}

/** Whether a run did all that it was to do, or left something to the next one, because files were saved meanwhile. */
export type Done = 'all' | 'part'

/**
 * Whether a run may leave something to the next one. One that is made by nothing but what the last run left may not: so
 * each run goes back to a save or to the user, and what no further run mends comes to light.
 */
export const mayLeave = ({ edited, asked }: Cause): boolean => asked || edited.length > 0

/** What a run tells of its reading, so that the watch knows what it has seen. */
export interface Reading {
  /** To be called before it reads what `sources` has got in addition since the run began. */
  readonly widen: () => Promise<void>
  /**
   * To be called before it reads what a build is made from, where that may have changed since the run began by what was built.
   * What it gives, once called, makes that all that the run is answerable for: later changes are edits, former ones are not.
   */
  readonly notice: (build: Build) => Promise<() => void>
}

export interface WatchOptions {
  /** What the system is made from, as far as is known now. */
  readonly sources: () => Sources
  /**
   * Carries out one run. What fails in it is its own business: a rejection ends the watch. After one that did only a part
   * another follows, also when no edit is found, unless it was not to leave anything.
   */
  readonly run: (cause: Cause, reading: Reading) => Promise<Done>
  /** Called when nothing is left to do, with the number of files that are watched. */
  readonly onRest: (files: number) => void
  /** Called when runs follow each other without end, with what differs each time. */
  readonly onCircle: (edited: readonly string[]) => void
  /** Called once when the system does not let us listen; files are looked at from time to time instead. */
  readonly onDeaf: (reason: string) => void
  readonly pace?: Pace
}

export interface Watch {
  /** Asks for a run, whether anything was edited or not. */
  readonly ask: () => void
  /** Ends it when the run that is under way is over. */
  readonly quit: () => void
  /** Settled when it has ended; rejected with what a run was rejected with. */
  readonly ended: Promise<void>
}

/**
 * Runs, and runs again whenever something that the system is made from has changed: one run at a time, one for a burst of
 * saves, and none that is edited during a run lost.
 */
export function watch(options: WatchOptions): Watch {
  const { sources, run, onRest, onCircle, onDeaf, pace = defaultPace } = options
  const ending = deferred<undefined>()
  let state = beginning
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  let isResting = false
  let hasHeard = false
  let areas: readonly Area[] | undefined
  let before: Snapshot | undefined
  let latest: Snapshot = new Map()
  /** What the last run found changed since the one before it. */
  let found: Contents = new Map()
  /** Of that, what the run before had found in the same state. */
  let rewritten: Contents = new Map()
  let took = 0

  const tell = (input: Input): void => {
    if (isOver) return
    const [after, next] = advance(state, input, performance.now(), pace)
    state = after
    if (next === undefined) return
    clearTimeout(timer)
    act(next)
  }
  const folders = watchFolders({
    onStir: () => {
      hasHeard = true
      tell({ is: 'stir' })
    },
    onDeaf,
  })
  const end = (settle: () => void): void => {
    isOver = true
    clearTimeout(timer)
    folders.close()
    settle()
  }
  const fail = (error: unknown): void => end(() => ending.reject(error))

  const act = (next: NonNullable<Next>): void => {
    switch (next.do) {
      case 'look':
        look().catch(fail)
        return
      case 'run':
        runNow(next).catch(fail)
        return
      case 'wait':
        timer = setTimeout(() => tell({ is: 'due' }), next.ms)
        return
      case 'rest':
        if (!isResting) onRest(filesIn(latest))
        isResting = true
        timer = setTimeout(() => tell({ is: 'due' }), restTime(took, folders.isComplete()))
        return
      case 'end':
        end(() => ending.resolve(undefined))
    }
  }
  const look = async (): Promise<void> => {
    const started = performance.now()
    const now = sources()
    areas ??= areasOf(now, ignoreOf)
    folders.follow(areas)
    latest = await lookAt(now)
    took = performance.now() - started
    const differs = await findIn(latest)
    if (differs !== 'nothing' && !hasHeard) folders.distrust()
    // What is just being written is let come to an end, whether that was heard or not.
    if (differs !== 'nothing' && isFresh(latest)) tell({ is: 'stir' })
    tell({ is: 'looked', found: differs })
  }
  const findIn = async (now: Snapshot): Promise<Found> => {
    if (!before) return 'nothing'
    const differing = differences(before, now)
    // Three times the same after three runs: they write it themselves, and would never come to an end. A person who takes
    // an edit back while a run reads it does not do that in each of them.
    if (await isUnchanged(differing, rewritten)) before = now
    else if (differing.length > 0) return hasHalves(before, now) ? 'half' : 'edits'
    return 'nothing'
  }
  const widen = async (): Promise<void> => {
    const now = await lookAt(sources())
    if (before) before = extended(before, now)
  }
  const notice = async (build: Build): Promise<() => void> => {
    const part = await settledPart(() => lookAtOne(build, sources()))
    const id = buildId(build)
    return () => {
      if (before?.has(id)) before = new Map([...before, [id, part]])
    }
  }
  const runNow = async ({ asked, isCircle }: { asked: boolean; isCircle: boolean }): Promise<void> => {
    const edited = before ? differences(before, latest) : []
    const contents = isResting ? new Map() : await contentsOf(edited)
    rewritten = commonTo(contents, found)
    found = contents
    before = latest
    isResting = false
    hasHeard = false
    if (isCircle) onCircle(edited)
    const cause = { edited, asked }
    const done = await run(cause, { widen, notice })
    // The run may have read another playbook, another .dockerignore.
    areas = undefined
    tell({ is: 'ran', owes: done === 'part' && mayLeave(cause) })
  }

  tell({ is: 'due' })
  return { ask: () => tell({ is: 'ask' }), quit: () => tell({ is: 'quit' }), ended: ending.promise }
}

/** A look that lasts: what was written a moment ago, as by a build that has just ended, is let settle, but not for ever. */
async function settledPart(look: () => Promise<Part>): Promise<Part> {
  for (let attempt = 1; ; attempt++) {
    const part = await look()
    if (attempt === 5 || !isFresh(new Map([['', part]]))) return part
    await sleep(tick + 5)
  }
}

/**
 * How long to rest before looking unasked, in milliseconds: what is not heard, as on a network's file system, is found
 * after that. By the time that a look takes: it stays below half a percent of a processor, or two where nothing is heard.
 */
const restTime = (took: number, isComplete: boolean): number =>
  isComplete ? Math.max(2_000, 200 * took) : Math.max(300, 50 * took)

function ignoreOf(folder: string): Ignore {
  try {
    return parseDockerignore(readFileSync(join(folder, '.dockerignore'), 'utf8'))
  } catch {
    // Most contexts have none.
    return parseDockerignore('')
  }
}
