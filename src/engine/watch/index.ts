import { deferred } from '../../core/async/deferred.ts'
import { createHearing } from './hearing.ts'
import type { Sources } from './look.ts'
import { advance, beginning, defaultPace, type Input, type Next, type Pace } from './machine.ts'
import { mayLeave, type Cause, type Done, type Reading } from './run.ts'
import { createSeen } from './seen.ts'

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
 * saves, and none that is edited during a run lost. `machine.ts` decides what comes next, `seen.ts` knows what was edited.
 */
export function watch(options: WatchOptions): Watch {
  const { sources, run, onRest, onCircle, onDeaf, pace = defaultPace } = options
  const ending = deferred<undefined>()
  const seen = createSeen(sources)
  const hearing = createHearing({ onStir: () => tell({ is: 'stir' }), onDeaf })
  let state = beginning
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  let isResting = false
  /** How long the last look took, in milliseconds. */
  let took = 0

  const tell = (input: Input): void => {
    if (isOver) return
    const [after, next] = advance(state, input, performance.now(), pace)
    state = after
    if (next === undefined) return
    clearTimeout(timer)
    act(next)
  }
  const end = (settle: () => void): void => {
    isOver = true
    clearTimeout(timer)
    hearing.close()
    settle()
  }
  const fail = (error: unknown): void => end(() => ending.reject(error))
  const wake = (ms: number): void => {
    timer = setTimeout(() => tell({ is: 'due' }), ms)
  }
  const act = (next: NonNullable<Next>): void => {
    switch (next.do) {
      case 'look':
        look().catch(fail)
        return
      case 'run':
        runNow(next).catch(fail)
        return
      case 'wait':
        wake(next.ms)
        return
      case 'rest':
        if (!isResting) onRest(seen.files())
        isResting = true
        wake(restTime(took, hearing.isComplete()))
        return
      case 'end':
        end(() => ending.resolve(undefined))
    }
  }
  const look = async (): Promise<void> => {
    const started = performance.now()
    const now = sources()
    hearing.follow(now)
    await seen.look(now)
    took = performance.now() - started
    const found = await seen.found()
    if (found !== 'nothing') hearing.confirm()
    // What is just being written is let come to an end, whether that was heard or not.
    if (found !== 'nothing' && seen.isFresh()) tell({ is: 'stir' })
    tell({ is: 'looked', found })
  }
  const runNow = async ({ asked, isCircle }: { asked: boolean; isCircle: boolean }): Promise<void> => {
    const edited = await seen.begin(isResting ? 'rest' : 'run')
    isResting = false
    hearing.begin()
    if (isCircle) onCircle(edited)
    const cause = { edited, asked }
    const done = await run(cause, seen.reading)
    hearing.end()
    tell({ is: 'ran', owes: done === 'part' && mayLeave(cause) })
  }

  tell({ is: 'due' })
  return { ask: () => tell({ is: 'ask' }), quit: () => tell({ is: 'quit' }), ended: ending.promise }
}

/**
 * How long to rest before looking unasked, in milliseconds: what is not heard, as on a network's file system, is found
 * after that. By the time that a look takes: it stays below half a percent of a processor, or two where nothing is heard.
 */
const restTime = (took: number, isComplete: boolean): number =>
  isComplete ? Math.max(2_000, 200 * took) : Math.max(300, 50 * took)
