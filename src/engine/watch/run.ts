import type { Build } from '../../core/build/index.ts'

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
