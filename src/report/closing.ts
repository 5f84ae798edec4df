import { showDuration } from '../core/text/duration.ts'
import type { Finished, NamedEndpoint } from '../core/event.ts'
import { asDone, changesIn, type Plan } from '../core/plan.ts'
import { changedText, changesText, countOf } from './changes.ts'
import { failureText } from './failure.ts'
import type { CommandLine } from '../core/text/own-command.ts'
import type { Outcome } from './outcome.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { cleanLine } from './width.ts'

export interface ClosingLook {
  readonly style: Style
  readonly columns: number
  readonly commandLine: CommandLine
}

/** Whether what a command tells is all that it does. */
const isPlan = (command: string): boolean => command === 'plan' || command === 'rollback --plan'

/** What is shown when a run is over: what changed, and where to find it. */
export function resultText(outcome: Outcome, look: ClosingLook): string {
  const { answers, plan, command, endpoints, finished, needless } = outcome
  const isDone = finished?.ok === true && !isPlan(command)
  const told = plan && isDone ? asDone(plan, needless) : plan
  const changes = told && (isPlan(command) ? changesText(told, look) : changedText(told, look))
  if (finished?.ok !== true)
    return [...answers, changes ? `${look.style.dim('planned:')}\n${changes}` : '']
      .filter(Boolean)
      .join('\n\n')
  // What is left to the next run is not done.
  const done = finished.again ? '' : changes
  const blocks = [...answers, done, endpointsText(endpoints, look)]
  return blocks.filter(Boolean).join('\n\n')
}

/** Every failure in full, and where all is that explains it. */
export function failuresText({ failures, capsule }: Outcome, { style }: ClosingLook): string {
  const texts = failures.map((failure) => failureText(failure, style))
  // Only what is our own fault is for us to hear of.
  const what = failures.some(({ code }) => code === 'bug') ? 'attach it to a bug report:' : 'details:'
  const where = capsule === undefined ? [] : [`${style.dim(what)} ${cleanLine(capsule)}`]
  return [...texts, ...where].join('\n\n')
}

/** A screen of any width: what people click or copy is wrapped by it, and never cut. */
const whole = Infinity

const endpointsText = (endpoints: readonly NamedEndpoint[], { style }: ClosingLook): string =>
  endpoints.length === 0
    ? ''
    : table(
        ['container', 'port', 'url'].map(style.dim),
        endpoints.map(({ called, name, url }) => [cleanLine(called), cleanLine(name), style.cyan(url)]),
        whole,
      )

/** The last line of a run: `✔ 3 changed, 12 as they should be · 2.3 s`. */
export function tallyText(outcome: Outcome, finished: Finished, { style }: ClosingLook): string {
  const { ok, changed, unchanged, failed, durationMs } = finished
  const time = showDuration(durationMs)
  if (finished.again) return style.dim(`saved meanwhile: the next run does the rest · ${time}`)
  if (isPlan(outcome.command) && outcome.plan && ok) return planTally(outcome.plan, time, style)
  const counts = [
    changed > 0 ? `${changed} changed` : '',
    unchanged > 0 ? `${unchanged} as they should be` : '',
    failed > 0 ? `${failed} failed` : '',
  ].filter(Boolean)
  if (!ok)
    return `${style.red('✖')} ${[['failed', counts.join(', ')].filter(Boolean).join(': '), time].join(' · ')}`
  const nothing = outcome.plan ? 'nothing to do' : 'done'
  const words = changed === 0 && failed === 0 ? [nothing, ...counts] : counts
  return `${style.green('✔')} ${[words.join(', '), time].join(' · ')}`
}

function planTally(plan: Plan, time: string, style: Style): string {
  const changes = changesIn(plan)
  const stopped = (plan.absent ?? []).filter(({ state }) => state === 'stopped').map(({ name }) => name)
  const unknown = stopped.length > 0 ? [`what is on ${stopped.join(', ')} is not known`] : []
  if (changes.length === 0 && unknown.length > 0) {
    const known =
      plan.steps.length > 0 ? [`no changes: ${countOf(plan.steps.length, 'resource')} as they should be`] : []
    return `${[...known, ...unknown].join(', ')} · ${time}`
  }
  if (changes.length === 0) {
    return `${style.green('✔')} no changes: ${countOf(plan.steps.length, 'resource')} as they should be · ${time}`
  }
  const count = (words: string, ...operations: readonly string[]) => {
    const found = changes.filter(({ operation }) => operations.includes(operation)).length
    return found > 0 ? [`${found} ${words}`] : []
  }
  const parts = [
    ...count('to create', 'create'),
    ...count('to change', 'update'),
    ...count('to make anew', 'recreate'),
    ...count('to remove', 'remove'),
    ...count('to ask again', 'ask'),
    ...unknown,
  ]
  return `${parts.join(', ')} · ${time}`
}

/** What to type next; empty where that is plain. */
export function nextText(outcome: Outcome, { style, commandLine }: ClosingLook): string {
  const { plan, command, finished } = outcome
  if (finished?.ok !== true) return ''
  const hints = command === 'quickstart' ? afterQuickstart(outcome) : []
  if (command === 'plan' && plan) hints.push(...afterPlan(plan))
  const lines = hints.map(([words, meaning]) => [
    `  ${style.bold(commandLine(...words))}`,
    style.dim(meaning),
  ])
  const [first, ...rest] = lines
  return first ? `${style.dim('next:')}\n${table(first, rest, whole)}` : ''
}

type Hint = readonly [words: readonly string[], meaning: string]

/** Only quickstart makes a host. */
function afterPlan(plan: Plan): readonly Hint[] {
  const { steps, absent = [] } = plan
  if (absent.some(({ state }) => state !== 'stopped')) return [[['quickstart'], 'carries it out']]
  if (absent.length > 0) return [[['refresh'], 'starts what is stopped, and does what is left to do']]
  if (changesIn(plan).length === 0) return []
  const isNew = steps.every(({ operation }) => operation === 'create')
  return [[[isNew ? 'quickstart' : 'refresh'], 'carries it out']]
}

function afterQuickstart({ plan, endpoints }: Outcome): Hint[] {
  const containers =
    plan?.steps.filter(({ kind, operation }) => kind === 'container' && operation !== 'remove') ?? []
  const shown = endpoints.find(({ url }) => url.startsWith('http')) ?? endpoints[0]
  const container = shown?.called ?? containers[0]?.name
  const host = containers.find(({ name }) => name === container)?.host ?? plan?.steps[0]?.host
  return [
    [['refresh'], 'brings an edit into the running system'],
    [['status'], 'what runs where'],
    ...(host === undefined ? [] : [[['ssh', host], 'a shell on a host'] as const]),
    ...(container === undefined ? [] : [[['logs', '-f', container], 'what a container says'] as const]),
    // On hosts of the user's own, volumes and files stay.
    [['destroy'], 'removes it, and tells what is left'],
  ]
}
