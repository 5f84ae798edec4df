import { showChange } from '../core/change.ts'
import { changesIn, type Operation, type Plan, type Step } from '../core/plan.ts'
import { resourceTitle } from '../core/resource.ts'
import type { Look } from './look.ts'
import { cleanLine, truncate } from './width.ts'

const signs: Readonly<Record<Operation, string>> = {
  none: ' ',
  create: '+',
  update: '~',
  recreate: '~',
  remove: '-',
  ask: '?',
}

/** What is said beside its name. */
const notes: Readonly<Partial<Record<Operation, string>>> = { recreate: ' (made anew)', ask: ' (if need be)' }

/**
 * More new resources than this are counted by host after they were made, and of one resource no more fields are told: a plan
 * that is asked for shows them all, as does the history.
 */
const most = 12

/** Every change of a plan, each with the fields that differ; for what is new its name is enough. */
export function changesText(plan: Plan, look: Look): string {
  return changesIn(plan)
    .map((step) => stepText(step, look, Infinity))
    .join('\n')
}

/** The same after it was carried out: of much only the beginning is told, and how much more there is. */
export function changedText(plan: Plan, look: Look): string {
  const created = plan.steps.filter(({ operation }) => operation === 'create')
  const text = (step: Step): string => stepText(step, look, most)
  if (created.length <= most) return changesIn(plan).map(text).join('\n')
  const others = changesIn(plan).filter(({ operation }) => operation !== 'create')
  const hosts = [...new Set(created.map(({ host }) => host))]
  const lines = hosts.map((host) => {
    const here = created.filter((step) => step.host === host)
    return truncate(look.style.green(`+ ${host} › ${counted(here)}`), look.columns)
  })
  return [...lines, ...others.map(text)].join('\n')
}

/** `3 containers, 1 file`. */
function counted(steps: readonly Step[]): string {
  const kinds = [...new Set(steps.map(({ kind }) => kind))]
  return kinds.map((kind) => countOf(steps.filter((step) => step.kind === kind).length, kind)).join(', ')
}

const plurals: Readonly<Record<string, string>> = { directory: 'directories', push: 'pushes' }

export const countOf = (count: number, noun: string): string =>
  `${count} ${count === 1 ? noun : (plurals[noun] ?? `${noun}s`)}`

function stepText(step: Step, { style, columns }: Look, mostFields: number): string {
  const { operation, changes } = step
  const paint = operation === 'create' ? style.green : operation === 'remove' ? style.red : style.yellow
  const title =
    paint(`${signs[operation]} ${cleanLine(resourceTitle(step))}`) + style.dim(notes[operation] ?? '')
  const told = operation === 'create' ? [] : changes
  const fields = told.slice(0, mostFields).map((change) => `    ${cleanLine(showChange(change))}`)
  const left = told.length - fields.length
  const more = left > 0 ? [style.dim(`    and ${left} more; provision history show has them all`)] : []
  return [title, ...fields, ...more].map((line) => truncate(line, columns)).join('\n')
}
