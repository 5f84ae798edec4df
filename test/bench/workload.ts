import type { Bench } from './bench.ts'
import type { ToolName } from './tools.ts'

/** All that a workload can be measured in; how each is shown is in show.ts. */
export type Unit = 'ms' | 'kB' | 'MB' | 'round trips'

/** What one repetition came to, by the names of the workload's figures; one that a contender cannot tell is left out. */
export type Figures = Readonly<Record<string, number>>

/** Does the work once; what has to be got ready or put away for that is not part of the figures. */
export type Measure = () => Promise<Figures>

/** Something that is read off each repetition. */
export interface Figure {
  /** A few words: `time`, `memory of the controller`. */
  readonly title: string
  readonly unit: Unit
  /** The most that ours is to come to, in the unit. Shown and marked, never asserted. */
  readonly most?: number
}

/** `times`: it takes at least so many times what ours does. `within`: ours takes at most so many times what it does. */
export type RatioGoal = { readonly times: number } | { readonly within: number }

/** Who does the same work beside us: the plainest way to get it, or another tool. */
export interface Contender {
  /** Its key in what `open` gives, and in the JSON. */
  readonly name: string
  /** What people call it. */
  readonly title: string
  /** What it does, in a sentence. */
  readonly how: string
  /** Where this is not installed the contender is left out, and its column says why. */
  readonly needs?: ToolName
  /** By figure. */
  readonly goals?: Readonly<Record<string, RatioGoal>>
  /** Repetitions at most, for what takes long; it is not warmed up either. */
  readonly most?: number
}

/** By the names of contenders. */
export type Measures = Readonly<Record<string, Measure>>

/** Something that users wait for, or that a link has to carry. */
export interface Workload {
  readonly name: string
  /** What is measured, in a few words. */
  readonly title: string
  readonly figures: Readonly<Record<string, Figure>>
  /** Everybody but us, in the order in which they are shown. */
  readonly against: readonly Contender[]
  /** Repetitions at most, for what takes long or never differs; nobody is warmed up then either. */
  readonly most?: number
  /** Gets ready, and gives `ours` and a measure of each contender. The measure of one whose tool is missing is not called. */
  readonly open: (bench: Bench) => Promise<Measures>
}
