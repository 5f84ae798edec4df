import type { Called } from './project.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : []

/** The fields that differ, by resource, as the plan of a call with `--json` says; without the resources that are fine. */
export function planned({ events }: Called): Record<string, string[]> {
  const plan = events.find(({ event }) => event === 'planned')?.['plan']
  const steps = listOf(isRecord(plan) ? plan['steps'] : undefined)
  return Object.fromEntries(
    steps.flatMap(({ id, operation, changes }) =>
      operation === 'none' ? [] : [[String(id), listOf(changes).map(({ field }) => String(field))]],
    ),
  )
}
