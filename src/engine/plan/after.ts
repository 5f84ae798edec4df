import type { Step } from '../../core/plan.ts'

/** A step that is not begun before others, by their ids, as well. */
export const after = (step: Step, ids: readonly string[]): Step =>
  ids.length > 0 ? { ...step, needs: [...step.needs, ...ids] } : step
