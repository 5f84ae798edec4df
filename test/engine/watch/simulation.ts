import { advance, beginning, type Input, type Pace, type State } from '../../../src/engine/watch/machine.ts'

/** What happens around a watch; all times are in milliseconds from its start. */
export interface Story {
  /** Saves of files that matter. */
  readonly edits: readonly number[]
  /** Something moves that does not matter, as an output of a build. */
  readonly stirs?: readonly number[]
  readonly asks?: readonly number[]
  readonly quit?: number
  /** Whether what is edited is heard at all. */
  readonly deaf?: true
  /** Every run changes what it is made from. */
  readonly selfish?: true
  /** Saves in two steps, of which the second may be late: from when to when a file is empty. Both are edits. */
  readonly halves?: readonly (readonly [from: number, to: number])[]
  /** Which runs leave something to the next one, from 0, as long as they may. */
  readonly leaves?: readonly number[]
  /** How long a look and a run take. */
  readonly look?: number
  readonly run?: number
}

export interface Told {
  /** The time at which each run began and ended, and how many edits were made before the look that it began with. */
  readonly runs: readonly { readonly from: number; readonly to: number; readonly edits: number }[]
  /** When it first had nothing to do after the last run. */
  readonly rest: number | undefined
  readonly end: number | undefined
  readonly circles: number
}

interface Due {
  readonly at: number
  readonly act: () => void
}

/** Plays a story with a watch, in no time, until `until`. */
export function play(story: Story, pace: Pace, until = 60_000): Told {
  const { edits, stirs = [], asks = [], halves = [], quit, look = 5, run = 100 } = story
  let now = 0
  let state: State = beginning
  let version = 0
  let looked = -1
  let before = -1
  let rest: number | undefined
  let end: number | undefined
  let circles = 0
  let timer: Due | undefined
  const isHalf = (): boolean => halves.some(([from, to]) => from <= now && now < to)
  const runs: { from: number; to: number; edits: number }[] = []
  const queue: Due[] = []
  const at = (time: number, act: () => void): Due => {
    const due = { at: time, act }
    queue.push(due)
    return due
  }
  const tell = (input: Input): void => {
    const [after, next] = advance(state, input, now, pace)
    state = after
    if (!next || end !== undefined) return
    if (timer) queue.splice(queue.indexOf(timer), queue.includes(timer) ? 1 : 0)
    if (next.do === 'look') {
      const seen = version
      at(now + look, () => {
        looked = seen
        const differs = before >= 0 && looked !== before
        tell({ is: 'looked', found: !differs ? 'nothing' : isHalf() ? 'half' : 'edits' })
      })
    } else if (next.do === 'run') {
      const mayLeave = next.asked || looked !== before
      const owes = mayLeave && story.leaves?.includes(runs.length) === true
      before = looked
      rest = undefined
      circles += next.isCircle ? 1 : 0
      runs.push({ from: now, to: now + run, edits: looked })
      at(now + run, () => {
        if (story.selfish) version += 1
        tell({ is: 'ran', owes })
      })
    } else if (next.do === 'end') end = now
    else {
      if (next.do === 'rest') rest ??= now
      timer = at(now + (next.do === 'wait' ? next.ms : 2_000), () => tell({ is: 'due' }))
    }
  }
  for (const time of [...edits, ...halves.flat()]) {
    at(time, () => {
      version += 1
      if (!story.deaf) tell({ is: 'stir' })
    })
  }
  for (const time of stirs) at(time, () => tell({ is: 'stir' }))
  for (const time of asks) at(time, () => tell({ is: 'ask' }))
  if (quit !== undefined) at(quit, () => tell({ is: 'quit' }))
  tell({ is: 'due' })
  for (;;) {
    queue.sort((a, b) => a.at - b.at)
    const next = queue[0]
    if (!next || next.at > until || end !== undefined) return { runs, rest, end, circles }
    queue.shift()
    now = next.at
    next.act()
  }
}
