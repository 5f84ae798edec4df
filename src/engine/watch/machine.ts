/** When a watch looks and runs. All times are in milliseconds. */
export interface Pace {
  /** How long nothing may stir before a run: long enough that a burst of saves is one run. */
  readonly quiet: number
  /** The same where what is found looks like one step of a save, of which the other is to come. */
  readonly half: number
  /** The longest that stirring without end holds up a run. */
  readonly patience: number
  /** What counts as going round in a circle: so many runs, over so much time, without a rest. */
  readonly circle: { readonly runs: number; readonly time: number }
  /** The pause before each further run then. */
  readonly pause: number
}

/**
 * Editors save in one to five steps within 10 ms, formatters and code generators in bursts with gaps below 30 ms. It has to
 * be longer than a tick of the clock that file systems stamp with (4–10 ms): whatever is written after a look that
 * followed so much quiet has another stamp.
 */
export const defaultPace: Pace = {
  quiet: 40,
  half: 400,
  patience: 1_000,
  circle: { runs: 10, time: 30_000 },
  pause: 4_000,
}

/** Where a watch stands. */
export interface State {
  readonly busy: 'no' | 'looking' | 'running'
  /** When the first and the last thing stirred that no run has answered yet. */
  readonly stirred: { readonly first: number; readonly last: number } | undefined
  /** When the look that is under way began. */
  readonly lookedAt: number
  readonly asked: boolean
  /** Whether the last run left something that another one has to do, whatever a look finds. */
  readonly owed: boolean
  readonly quitting: boolean
  readonly streak: Streak
}

/** Runs that followed each other without a rest in between. */
interface Streak {
  readonly runs: number
  readonly since: number
  /** Whether they go round in a circle, as when a build writes what it is built from. */
  readonly isCircle: boolean
}

const noStreak: Streak = { runs: 0, since: 0, isCircle: false }

/** What a watch is told. */
export type Input =
  /** Something moved in a folder that is watched: it may concern us or not. */
  | { readonly is: 'stir' }
  /** The time that was to be waited for is over. */
  | { readonly is: 'due' }
  /** A look is over: what differs from the look before the last run. */
  | { readonly is: 'looked'; readonly found: Found }
  /** A run is over: whether it left something to the next one. */
  | { readonly is: 'ran'; readonly owes: boolean }
  /** The user wants a run, whether anything differs or not. */
  | { readonly is: 'ask' }
  | { readonly is: 'quit' }

/** `half` where something was emptied or taken away, as many editors do just before they write it. */
export type Found = 'nothing' | 'edits' | 'half'

/** What a watch does next; `undefined` where it goes on with what it does. */
export type Next =
  | { readonly do: 'look' }
  | {
      readonly do: 'run'
      /** Whether the user asked for it; so does the beginning. */
      readonly asked: boolean
      /** Said once when runs begin to go round in a circle. */
      readonly isCircle: boolean
    }
  /** Nothing to do before that much time has passed. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Nothing to do at all. */
  | { readonly do: 'rest' }
  | { readonly do: 'end' }
  | undefined

/** A watch begins with a run. */
export const beginning: State = {
  busy: 'no',
  stirred: undefined,
  lookedAt: 0,
  asked: true,
  owed: false,
  quitting: false,
  streak: noStreak,
}

/**
 * The heart of a watch. Stirring only wakes it; what a look finds decides. A look comes before each run and after it, so
 * that whatever is edited from the first look on differs in the second, and makes another run.
 */
export function advance(state: State, input: Input, now: number, pace: Pace): readonly [State, Next] {
  switch (input.is) {
    case 'stir':
      return decide({ ...state, stirred: { first: state.stirred?.first ?? now, last: now } }, now, pace)
    case 'ask':
      return decide({ ...state, asked: true }, now, pace)
    case 'quit':
      return decide({ ...state, quitting: true }, now, pace)
    case 'ran':
      return decide(awake({ ...state, busy: 'no', owed: input.owes }, now, pace), now, pace)
    case 'due':
      return decide(awake(state, now, pace), now, pace)
    case 'looked':
      return looked({ ...state, busy: 'no' }, input.found, now, pace)
  }
}

/** With a look due, unless somebody is just saving. */
const awake = (state: State, now: number, { quiet }: Pace): State => ({
  ...state,
  stirred: state.stirred ?? { first: now - quiet, last: now - quiet },
})

function decide(state: State, now: number, pace: Pace): readonly [State, Next] {
  const { busy, quitting, asked, stirred } = state
  if (busy !== 'no') return [state, undefined]
  if (quitting) return [state, { do: 'end' }]
  if (asked) return look(state, now)
  if (!stirred) return [{ ...state, streak: noStreak }, { do: 'rest' }]
  const ms = dueAt(stirred, state, pace) - now
  return ms > 0 ? [state, { do: 'wait', ms }] : look(state, now)
}

const look = (state: State, now: number): readonly [State, Next] => [
  { ...state, busy: 'looking', lookedAt: now },
  { do: 'look' },
]

type Stirred = NonNullable<State['stirred']>

const settledAt = ({ first, last }: Stirred, quiet: number, { patience }: Pace): number =>
  Math.min(last + quiet, first + patience)

function dueAt(stirred: Stirred, { streak }: State, pace: Pace): number {
  const settled = settledAt(stirred, pace.quiet, pace)
  return streak.isCircle ? Math.max(settled, stirred.first + pace.pause) : settled
}

function looked(state: State, found: Found, now: number, pace: Pace): readonly [State, Next] {
  const { asked, owed, quitting, stirred, lookedAt } = state
  if (quitting) return [state, { do: 'end' }]
  if (asked) return run({ ...state, streak: noStreak }, now, pace)
  const isNew = stirred !== undefined && stirred.last > lookedAt
  if (found === 'nothing' && !owed)
    return decide(
      { ...state, stirred: isNew ? { first: lookedAt, last: stirred.last } : undefined, streak: noStreak },
      now,
      pace,
    )
  if (isNew && now < stirred.first + pace.patience) return decide(state, now, pace)
  const ms = found === 'half' && stirred ? settledAt(stirred, pace.half, pace) - now : 0
  return ms > 0 ? [state, { do: 'wait', ms }] : run(state, now, pace)
}

function run(state: State, now: number, { circle }: Pace): readonly [State, Next] {
  const { asked, streak: former } = state
  const runs = former.runs + 1
  const since = former.runs === 0 ? now : former.since
  const streak = { runs, since, isCircle: runs >= circle.runs && now - since >= circle.time }
  return [
    { ...state, busy: 'running', asked: false, owed: false, stirred: undefined, streak },
    { do: 'run', asked, isCircle: streak.isCircle && !former.isCircle },
  ]
}
