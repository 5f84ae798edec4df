import { createLimit, type Limit } from '../../core/async/limit.ts'

/** Runs work once nothing else runs that has a key in common with it. */
export type Turns = <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T>

/** Lets work with a key in common run one after another; all else goes on side by side. */
export function takeTurns(): Turns {
  const turns = new Map<string, Limit>()
  const turnOf = (key: string): Limit => {
    const turn = turns.get(key) ?? createLimit(1)
    turns.set(key, turn)
    return turn
  }
  return async (keys, work) => {
    // Taken in one order by all, so that no two wait for each other; a key twice would wait for itself.
    const inOrder = [...new Set(keys)].sort()
    const inTurn = inOrder.reduceRight((inner, key) => () => turnOf(key)(inner), work)
    return await inTurn()
  }
}
