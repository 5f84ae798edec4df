import type { Style } from './style.ts'

/** How text for people is laid out. */
export interface Look {
  readonly style: Style
  /** Infinity where there is no screen. */
  readonly columns: number
}
