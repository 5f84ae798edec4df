import type { Digest } from './digest.ts'

/** What a container has mounted until now, and finds replaced when it is put back after its successor has failed. */
export interface FormerContent {
  /** Where the container sees it: `/app/app.jar`. */
  readonly target: string
  /** Where it lies on the host. */
  readonly path: string
  /** Of the content as it was, where that is known: of a single file, the SHA-256 of its bytes. */
  readonly digest: Digest | undefined
}

/** As people read it. */
export const formerContentText = ({ target }: FormerContent): string => `the former content of ${target}`
