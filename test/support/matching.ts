import { expect } from 'vitest'

/** `expect.stringMatching` that may stand in typed objects. */
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern)
