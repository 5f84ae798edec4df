import { showChange } from '../core/change.ts'
import { changesIn, type Operation, type Plan, type Step } from '../core/plan.ts'
import { resourceTitle } from '../core/resource.ts'
import type { CommandLine } from '../core/text/own-command.ts'
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
    .map((step) => stepText(step, look))
    .join('\n')
}

/** The same after it was carried out: of much only the beginning is told, and how much more there is. */
export function changedText(plan: Plan, look: Look & { readonly commandLine: CommandLine }): string {
  const created = plan.steps.filter(({ operation }) => operation === 'create')
  const text = (step: Step): string => {
    const left = step.operation === 'create' ? 0 : step.changes.length - most
    const cut = stepText({ ...step, changes: step.changes.slice(0, most) }, look)
    if (left <= 0) return cut
    const where = look.commandLine('history', 'show')
    return `${cut}\n${look.style.dim(`    and ${left} more; ${where} has them all`)}`
  }
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

function stepText(step: Step, { style, columns }: Look): string {
  const { operation, changes } = step
  const paint = operation === 'create' ? style.green : operation === 'remove' ? style.red : style.yellow
  const title =
    paint(`${signs[operation]} ${cleanLine(resourceTitle(step))}`) + style.dim(notes[operation] ?? '')
  const told = operation === 'create' ? [] : changes
  const fields = told.map((change) => `    ${cleanLine(showChange(change))}`)
  return [title, ...fields].map((line) => truncate(line, columns)).join('\n')
}
