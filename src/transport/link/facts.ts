/** What is known of the way to a host. */
export interface LinkFacts {
  /** Bytes a second; undefined while nothing has told it. A far host counts as slow: what it is told waits for its answer. */
  readonly rate: number | undefined
  /** Whether the host has gzip. */
  readonly packs: boolean | undefined
}

/** With less to send, neither measuring nor compressing pays. Bytes. */
export const worthPacking = 262_144

/** Below, compression and the search for differences take less time than they save. Bytes a second. */
export const slowBelow = 10_000_000
/** Below, even a few kilobytes tell so, and many processes on the host take less time than they save. Bytes a second. */
const verySlowBelow = 3_000_000
/** From here on a whole file is there before its differences are found: those take a second for 50 MB. Bytes a second. */
const fastFrom = 60_000_000

export const isSlow = ({ rate }: LinkFacts): boolean => rate !== undefined && rate < slowBelow
/** Bytes are dear there, and processes on the host are not. */
export const isVerySlow = ({ rate }: Pick<LinkFacts, 'rate'>): boolean =>
  rate !== undefined && rate < verySlowBelow
export const isFast = ({ rate }: LinkFacts): boolean => rate !== undefined && rate >= fastFrom

/** What is small goes packed, too, where the host has gzip: it takes no time. */
export const paysToPack = ({ rate, packs }: LinkFacts): boolean =>
  packs === true && (rate === undefined || rate < slowBelow)
