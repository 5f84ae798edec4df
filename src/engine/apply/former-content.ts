import type { Action } from '../../core/action.ts'
import type { Digest } from '../../core/digest.ts'
import type { FormerContent } from '../../core/former-content.ts'
import type { Plan, Step } from '../../core/plan.ts'

/** A file of this machine. */
export interface KeptFile {
  readonly path: string
  /** Bytes. */
  readonly size: number
}

/** Finds a file with the content of this digest that an earlier run has kept. */
export type FindKept = (digest: Digest) => Promise<KeptFile | undefined>

/** What puts back a content that a step's former state needs; undefined where that is not to be had. */
export type Restoring = (step: Step, former: FormerContent) => Promise<Action | undefined>

/**
 * Puts back single files, with the rights that the plan gives to what has replaced them. Who runs on the new content goes on
 * with it: a mounted file stays the one that a container was started with.
 */
export const restoringFrom =
  ({ steps }: Plan, kept: FindKept): Restoring =>
  async ({ host }, { path, digest }) => {
    const writes = steps.flatMap((step) => (step.host === host ? step.actions : []))
    const write = writes.find((action) => action.do === 'write' && action.path === path)
    if (write?.do !== 'write' || digest === undefined) return undefined
    const found = await kept(digest)
    if (!found) return undefined
    const { mode, owner, group } = write
    const content = { from: 'file', path: found.path } as const
    return { do: 'write', path, content, digest, size: found.size, mode, owner, group }
  }
