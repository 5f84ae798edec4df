import { setMaxListeners } from 'node:events'
import { readFile } from 'node:fs/promises'
import { arch, cpus, freemem, loadavg, platform, release, totalmem } from 'node:os'
import type { Emit, Failure } from '../../core/event.ts'
import type { JournalHead } from '../../core/history/journal.ts'
import { formerName, nameInMaking } from '../../core/making.ts'
import { planJson, type Plan, type Step } from '../../core/plan.ts'
import { containerCalled } from '../../transport/docker/container-called.ts'
import { lastLines } from '../../transport/docker/logs.ts'
import type { Session } from '../session.ts'
import { statusOf } from '../status.ts'
import { endOf, maskedInspection, redactedJson, redactedLines } from './text.ts'
import type { CapsuleFile } from './write.ts'
import { ifInTime, timeLimit } from '../../transport/time-limit.ts'

/** What is known of a run that failed. */
export interface FailedRun {
  readonly head: Omit<JournalHead, 'journal' | 'number'>
  readonly journal: string | undefined
  readonly plan: Plan | undefined
  /** Ids of the steps that failed. */
  readonly steps: readonly string[]
  readonly failures: readonly Failure[]
}

/** Bounds of a capsule: lines and characters of a log, characters of a journal, containers. */
const most = { lines: 200, log: 64_000, journal: 1_000_000, containers: 8 }

/** Gathers what explains a failure. What cannot be had within the limit, in milliseconds, is left out. */
export async function collect(
  session: Session,
  run: FailedRun,
  limit: number,
): Promise<readonly CapsuleFile[]> {
  const { redact } = session
  const signal = AbortSignal.any([session.signal, timeLimit(limit)])
  // Every question that is under way listens to it; that is no leak.
  setMaxListeners(0, signal)
  // What is to be said of the hosts, the run has said.
  const emit: Emit = (event) => {
    if (event.event !== 'note') session.emit(event)
  }
  const bounded = { ...session, signal, emit }
  const json = (name: string, value: unknown): CapsuleFile => ({ name, text: redactedJson(value, redact) })
  const [journal, status, containers] = await Promise.all([
    run.journal === undefined ? undefined : readFile(run.journal, 'utf8').catch(() => undefined),
    ifInTime(statusOf(bounded), limit),
    Promise.all(
      failedContainers(run).map(async (step) => (await ifInTime(filesOf(bounded, step), limit)) ?? []),
    ),
  ])
  return [
    ...(journal === undefined
      ? []
      : [{ name: 'journal.jsonl', text: redactedLines(endOf(journal, most.journal), redact) }]),
    json('failures.json', run.failures),
    ...(run.plan ? [json('plan.json', planJson(run.plan))] : []),
    json('versions.json', run.head),
    json('facts.json', { status: status ?? 'the hosts could not be asked in time', machine: machineFacts() }),
    ...containers.flat(),
  ]
}

const failedContainers = ({ plan, steps }: FailedRun): readonly Step[] =>
  (plan?.steps ?? [])
    .filter(({ id, kind }) => kind === 'container' && steps.includes(id))
    .slice(0, most.containers)

/** The end of the log of each container that there is of a step, and what Docker says of it. */
async function filesOf(session: Session, { host, name }: Step): Promise<CapsuleFile[]> {
  const { provider, connect, signal, redact } = session
  const provided = (await provider.survey(signal)).find((one) => one.name === host)
  if (provided?.state !== 'running') return []
  const port = await connect(provided.ssh, signal)
  try {
    const { docker } = port.docker
    const files = [nameInMaking(name), name, formerName(name)].map(async (called) => {
      const inspection: unknown = await containerCalled(docker, called, signal)
      if (inspection === undefined) return []
      const lines = await lastLines(docker, called, most.lines)
      const place = `containers/${host}/${called.replaceAll('/', '_')}`
      return [
        { name: `${place}.log`, text: `${endOf(redact(lines.join('\n')), most.log)}\n` },
        { name: `${place}.json`, text: redactedJson(maskedInspection(inspection), redact) },
      ]
    })
    return (await Promise.all(files)).flat()
  } finally {
    await port.close()
  }
}

const machineFacts = () => ({
  platform: `${platform()} ${release()} ${arch()}`,
  cpus: cpus().length,
  memory: { total: totalmem(), free: freemem() },
  load: loadavg(),
})
