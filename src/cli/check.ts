/** One thing that `doctor` looked at. */
export interface Check {
  readonly name: string
  /** `bad` stands in the way of a run; `doubtful` may. */
  readonly state: 'good' | 'doubtful' | 'bad'
  /** What was found, with the actual value. */
  readonly found: string
  /** One thing to do about it. */
  readonly cure?: string | undefined
}
