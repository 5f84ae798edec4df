import type { Emit, Event } from '../core/event.ts'
import type { Graph } from '../core/graph/index.ts'
import { asDone, changesIn, type Plan, type Step } from '../core/plan.ts'
import { resourceTitle } from '../core/resource.ts'
import { failureOf, inPhase } from '../core/track.ts'
import type { Outcomes } from './converge.ts'
import { refresh } from './refresh.ts'
import type { Session } from './session.ts'
import { ownCommand } from '../core/text/own-command.ts'

/** Where a run that fails goes back to: the last one that went well. */
export interface WayBack {
  readonly number: number
  /** The same run, with what was kept of that one in place of what is there now. */
  readonly session: (session: Session) => Session
  readonly close: () => Promise<void>
}

/** What was done to hosts so far. */
interface Done {
  plan: Plan | undefined
  readonly begun: Set<string>
}

/**
 * Carries out a run whose failure takes back all that it did. An interruption takes nothing back: who stops a run wants it
 * to stop.
 * @param openWayBack undefined when no run has gone well yet
 */
export async function transaction(
  session: Session,
  work: (session: Session) => Promise<Outcomes>,
  openWayBack: () => Promise<WayBack | undefined>,
): Promise<Outcomes> {
  const done: Done = { plan: undefined, begun: new Set() }
  const watched = withEmit(session, (event) => {
    if (event.event === 'planned') done.plan = event.plan
    if (event.event === 'task-started' && event.phase === 'apply') done.begun.add(event.task)
    if (event.event === 'task-finished' && event.needless) done.begun.delete(event.task)
    session.emit(event)
  })
  let outcomes: Outcomes
  try {
    outcomes = await work(watched)
  } catch (error) {
    await goBack(session, done, openWayBack)
    throw error
  }
  if (!outcomes.ok) await goBack(session, done, openWayBack)
  return outcomes
}

/** Never rejects: why the run failed must not be hidden by what follows from it. */
async function goBack(
  session: Session,
  { plan, begun }: Done,
  openWayBack: () => Promise<WayBack | undefined>,
): Promise<void> {
  const { emit, signal } = session
  const warn = (text: string) => emit({ event: 'note', level: 'warning', text })
  if (!plan || begun.size === 0) return
  if (signal.aborted) {
    warn(`the run was stopped, so nothing is put back; \`${ownCommand('rollback')}\` does that`)
    return
  }
  try {
    const way = await openWayBack()
    if (!way) {
      warn('nothing is put back: no run has gone well yet to which it could be')
      return
    }
    try {
      await putBack(session, way)
    } finally {
      await way.close()
    }
    const left = notPutBack(plan, begun, session.graph)
    if (left.length > 0) warn(`not put back: ${left.join('; ')}`)
  } catch (error) {
    emit({ event: 'failed', failure: failureOf(error) })
    warn(`what this run changed could not be put back; \`${ownCommand('rollback')}\` tries it again`)
  }
}

async function putBack(session: Session, { number, session: as }: WayBack): Promise<void> {
  const { emit } = session
  let back: Plan | undefined
  const needless = new Set<string>()
  const { ok } = await inPhase(
    emit,
    'back',
    () =>
      refresh(
        as(
          withEmit(session, (event) => {
            if (event.event === 'planned') back = event.plan
            if (event.event === 'task-finished' && event.needless) needless.add(event.task)
            const told = asPartOfBack(event)
            if (told) emit(told)
          }),
        ),
      ),
    (outcomes) =>
      outcomes.ok
        ? `as after run ${number}`
        : `${outcomes.failed} of ${outcomes.changed + outcomes.failed} failed`,
    (outcomes) => outcomes.ok,
  )
  const steps = back ? changesIn(asDone(back, needless)).map(resourceTitle) : []
  const what = steps.length === 0 ? 'nothing differed' : steps.join(', ')
  const text = ok
    ? `put back to run ${number}: ${what}`
    : `not all could be put back to run ${number}; \`${ownCommand('rollback')}\` tries it again`
  emit({ event: 'note', level: 'warning', text })
}

/** The way back is one phase, and its plan is not the one that people asked for. */
function asPartOfBack(event: Event): Event | undefined {
  switch (event.event) {
    case 'task-started':
      return { ...event, task: `back/${event.task}`, phase: 'back' }
    case 'task-output':
    case 'task-progress':
    case 'task-finished':
    case 'task-failed':
      return { ...event, task: `back/${event.task}` }
    case 'phase-started':
    case 'phase-finished':
    case 'planned':
    case 'endpoints':
      return undefined
    case 'note':
      // The run has told of them already.
      return event.kind === 'stray' ? undefined : event
    default:
      return event
  }
}

/** What no plan brings back: what commands did, and the data of volumes that containers had. */
function notPutBack(plan: Plan, begun: ReadonlySet<string>, graph: Graph): readonly string[] {
  const steps = plan.steps.filter(({ id }) => begun.has(id))
  const commands = steps.filter(({ kind }) => kind === 'command')
  const volumes = graph.resources.filter(
    ({ id, resource }) => resource.kind === 'volume' && steps.some((step) => uses(step, id)),
  )
  return [
    ...commands.map((step) => `what ${resourceTitle(step)} did`),
    ...volumes.map(({ resource }) => `the data in ${resourceTitle(resource)}`),
  ]
}

const uses = ({ id, kind, needs }: Step, volume: string): boolean =>
  id === volume || (kind === 'container' && needs.includes(volume))

/** Spreading would read what is not known before the playbook is evaluated; by now it is. */
const withEmit = (session: Session, emit: Emit): Session => ({ ...session, emit })
