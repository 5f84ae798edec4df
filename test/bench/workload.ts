import type { Bench } from './bench.ts'
import type { Summary } from './statistics.ts'

export type Unit = 'ms' | 'kB'

/** Does the work once and tells what it cost; what has to be got ready or put away for that is not counted. */
export type Measure = () => Promise<number>

/** Who does the same work; a tool to compare with is one more of them. */
export type Contender = 'floor' | 'ours'

/** Something that users wait for, with the plainest way to get the same as its floor. */
export interface Workload {
  readonly name: string
  /** What is measured, in a few words. */
  readonly title: string
  /** What the project promises. Shown, never asserted: seconds are those of one machine. */
  readonly goal: string
  /** What the floor is. */
  readonly floor: string
  readonly unit: Unit
  /** Repetitions at most, for what takes long or never differs; it is not warmed up either. */
  readonly most?: number
  readonly open: (bench: Bench) => Promise<Readonly<Record<Contender, Measure>>>
}

/** What came of a workload. */
export interface Outcome extends Omit<Workload, 'open' | 'most'> {
  readonly measured: Readonly<Record<Contender, Summary>>
  /** Of ours to the floor. */
  readonly ratio: Summary
}
