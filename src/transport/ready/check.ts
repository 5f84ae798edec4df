import type { Readiness } from '../../core/action.ts'
import { ProvisionError, reasonOf } from '../../core/error.ts'
import { compilePattern } from '../../core/text/pattern.ts'
import { endOnHost } from '../docker/container-process.ts'
import { containerExec } from '../docker/exec.ts'
import { containerLogs } from '../docker/logs.ts'
import type { ContainerInspection } from '../docker/state.ts'
import { reachAt, type Attempt, type Place, type Readied } from './place.ts'
import { createPortTalk } from './port.ts'
import { timeLimit } from '../time-limit.ts'

/** An application that answers slowly at first still gets to answer. Milliseconds. */
const longestAnswer = 5_000
/** A machine answers at once at an address of its own; one that is known by another's would wait in vain. */
const ownAnswer = 1_000
const longestCommand = 30_000
/** A container that only has to run must do so for this long, since wrong settings show at once. Milliseconds. */
const settled = 150

/** A check of a container's readiness, to be tried again and again until `ended` is aborted. */
export function readinessCheck(place: Place, name: string, check: Readiness, ended: AbortSignal): Attempt {
  const bounded = (signal: AbortSignal, longest: number) =>
    AbortSignal.any([ended, signal, timeLimit(longest)])
  switch (check.by) {
    case 'running':
      return checkRunning(settled)
    case 'log':
      return checkLog(place, name, check.pattern, ended)
    case 'health':
      return checkHealth
    case 'command':
      return (_, signal) => checkCommand(place, name, check.argv, bounded(signal, longestCommand))
    case 'tcp':
    case 'http': {
      const talk = createPortTalk(place.connection)
      const answerAt = (address: string, within: AbortSignal): Promise<Readied> =>
        check.by === 'tcp' ? talk.tcp(address, check.port, within) : talk.http({ ...check, address }, within)
      return async (container, signal) => {
        const address = reachAt(container)
        if (address === undefined)
          return { reason: 'it has no address of its own at which the host reaches it' }
        const answer = await answerAt(address, bounded(signal, longestAnswer))
        const { hostAddress } = check
        if (answer === 'ready' || hostAddress === undefined) return answer
        const heard = await talk.tcp(hostAddress, check.port, bounded(signal, ownAnswer))
        return heard === 'ready' ? answerAt(hostAddress, bounded(signal, longestAnswer)) : answer
      }
    }
  }
}

/** Only a later look tells that it has run since: it may have ended right after the first. */
function checkRunning(enough: number): Attempt {
  let first: { readonly container: ContainerInspection; readonly seen: number } | undefined
  return (container) => {
    if (first?.container.State.StartedAt !== container.State.StartedAt)
      first = { container, seen: performance.now() }
    const isSettled = container !== first.container && performance.now() - first.seen >= enough
    return Promise.resolve(isSettled ? 'ready' : { reason: 'it has only just started' })
  }
}

/** Follows the log from the container's present start on; what a former one has said counts for nothing. */
function checkLog(place: Place, name: string, text: string, signal: AbortSignal): Attempt {
  const pattern = compilePattern(text)
  if (!pattern) return () => Promise.reject(noPattern(text))
  const waiting = { reason: `no line of its log matches ${String(pattern)} yet` }
  let present: Following | undefined
  return (container) => {
    const { StartedAt } = container.State
    if (present?.start !== StartedAt) {
      present?.over.abort()
      const following: Following = { start: StartedAt, over: new AbortController(), found: false }
      present = following
      containerLogs(place.docker, name, {
        follow: true,
        since: startOfLog(container),
        signal: AbortSignal.any([signal, following.over.signal]),
        onLine: (line) => {
          following.found ||= pattern.test(line.text)
        },
      }).catch(() => {
        // Asked for again at the next try.
        if (present === following) present = undefined
      })
    }
    return Promise.resolve(present.found ? 'ready' : waiting)
  }
}

/** A reading of the log of one start. */
interface Following {
  readonly start: string
  readonly over: AbortController
  found: boolean
}

const noPattern = (text: string): ProvisionError =>
  new ProvisionError('ready', `ready.log: ${JSON.stringify(text)} is not a regular expression`, {
    help: 'correct it in the playbook',
  })

/**
 * From when on the log is that of the present start; undefined for all of it. Docker notes the time of a start when that
 * is done: what a container writes at once is older, on a busy machine.
 */
export function startOfLog({ State }: Pick<ContainerInspection, 'State'>): string | undefined {
  return Date.parse(State.FinishedAt) > 0 ? State.FinishedAt : undefined
}

/** Docker carries the check out by itself, and tells with the container what came of it. */
function checkHealth({ State: { Health } }: ContainerInspection): Promise<Readied> {
  const { Status = 'none', Log } = Health ?? {}
  if (Status === 'none') return Promise.reject(noHealth())
  if (Status === 'healthy') return Promise.resolve('ready')
  const last = Log?.at(-1)
  const found = last && [`exit code ${last.ExitCode}`, ...lastLine(last.Output)].join(': ')
  return Promise.resolve({
    reason: `its health check says ${Status}${found === undefined ? '' : ` (${found})`}`,
  })
}

const noHealth = (): ProvisionError =>
  new ProvisionError('ready', 'ready.health: its image has no HEALTHCHECK', {
    help: 'write one into its Dockerfile, or tell by http, tcp, log or command when it is ready',
  })

const lastLine = (output: string): readonly string[] => output.trim().split('\n').slice(-1).filter(Boolean)

async function checkCommand(
  place: Place,
  name: string,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<Readied> {
  const output: Buffer[] = []
  try {
    const code = await containerExec(place.docker, name, argv, {
      end: endOnHost(place.connection),
      signal,
      onData: ({ data }) => void output.push(data),
    })
    if (code === 0) return 'ready'
    const said = lastLine(Buffer.concat(output).toString('utf8'))
    return { reason: [argv.join(' '), `exit code ${code}`, ...said].join(': ') }
  } catch (error) {
    if (signal.aborted) return { reason: `${argv.join(' ')}: has not ended yet`, cut: true }
    return { reason: `${argv.join(' ')}: ${reasonOf(error)}` }
  }
}
