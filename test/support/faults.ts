/** How hard the fault tests try: a small seeded sample, as in CI, or all that `scripts/faults.sh` asks for. */
export interface Effort {
  /** The same seed gives the same faults at the same points. */
  readonly seed: number
  /** The number of points to try of those that a test has: the first in CI, the second in full. */
  readonly points: (sample: number, all: number) => number
  /** The only point to try, where one is to be replayed. */
  readonly only: number | undefined
}

const setting = (name: string): string | undefined => {
  const value = process.env[name]
  return value === '' ? undefined : value
}

/**
 * Reads PROVISION_FAULTS=all (else a sample), PROVISION_FAULTS_SEED, PROVISION_FAULTS_POINTS (overrides both counts) and
 * PROVISION_FAULTS_POINT (a point to try alone).
 */
export function effort(): Effort {
  const seed = Number(setting('PROVISION_FAULTS_SEED') ?? 1)
  const asked = setting('PROVISION_FAULTS_POINTS')
  const only = setting('PROVISION_FAULTS_POINT')
  const isAll = setting('PROVISION_FAULTS') === 'all'
  return {
    seed,
    only: only === undefined ? undefined : Number(only),
    points: (sample, all) => (asked === undefined ? (isAll ? all : sample) : Number(asked)),
  }
}

/** Numbers in [0, 1) that look random and are the same for the same seed (mulberry32, by Tommy Ettinger). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Puts a figure of a fault test into the output, so that `scripts/faults.sh` can list them at its end. */
export const tally = (what: string, count: number): void => {
  process.stdout.write(`tally: ${what}: ${count}\n`)
}

/** The numbers of the points of a test, from 0. */
export function pointsOf({ points, only }: Effort, sample: number, all: number): readonly number[] {
  return only === undefined ? Array.from({ length: points(sample, all) }, (_, i) => i) : [only]
}

/** Random numbers of one point, which are the same whichever points are tried before it. */
export const randomOf = ({ seed }: Effort, point: number): (() => number) => randomFrom(seed * 10_007 + point)

/** How to try a point again, alone. */
export const replayOf = ({ seed }: Effort, test: string, point: number): string =>
  `replay it: scripts/faults.sh --seed ${seed} --only ${test} --point ${point}`

/** All of a list in full; in CI so many of it, which the seed chooses. */
export function sampleOf<T>({ seed, points }: Effort, list: readonly T[], sample: number): readonly T[] {
  const count = points(sample, list.length)
  const random = randomFrom(seed)
  const drawn = list.map((one, place) => ({ one, place, lot: random() }))
  return drawn
    .sort((a, b) => a.lot - b.lot)
    .slice(0, count)
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one)
}
