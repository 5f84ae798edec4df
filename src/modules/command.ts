import type { Action } from '../core/action.ts'
import { changeOf } from '../core/change.ts'
import { timerLength, type Duration } from '../core/text/duration.ts'
import { ProvisionError } from '../core/error.ts'
import type { Host } from '../core/host.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import { defineModule, type ResourceOptions } from '../core/module.ts'
import { oneLine } from '../core/text/one-line.ts'
import type { CommandAnswer, Stat } from '../core/probe.ts'
import { quoteAll } from '../core/quote.ts'
import type { Resolved, Value } from '../core/ref.ts'
import { declaredTitle } from '../core/rules/refuse.ts'
import type { Resource } from '../core/resource.ts'
import {
  argvProblem,
  envNameProblem,
  firstProblem,
  hiddenTextProblem,
  pathProblem,
  recordProblem,
} from '../core/rules/index.ts'
import type { Text } from '../core/secret/index.ts'

/** A command, and how to tell that it need not run. */
export type CommandOptions = {
  /** Program and arguments; no shell reads them. */
  readonly run: readonly Value<string>[]
  /** The folder on the host in which it runs, absolute. Default: where the login starts. */
  readonly cwd?: string
  /** Environment variables of `run` and `unless`. The place for secrets: arguments show in process lists. */
  readonly env?: Readonly<Record<string, Value<Text>>>
  /** When it is ended and counts as failed. Default `5m`. */
  readonly timeout?: Duration
} & (
  | {
      /** A command that only asks: when it exits with 0, nothing is run. In a plan it is asked as well. */
      readonly unless: readonly Value<string>[]
      readonly creates?: never
    }
  | {
      /** An absolute path on the host: when it is there, nothing is run. */
      readonly creates: string
      readonly unless?: never
    }
)

const names: OptionNames<CommandOptions> = {
  run: true,
  cwd: true,
  env: true,
  timeout: true,
  unless: true,
  creates: true,
}

interface Props {
  readonly title: string
  readonly run: readonly Value<string>[]
  readonly cwd: string | undefined
  readonly env: Readonly<Record<string, Value<Text>>>
  readonly timeout: number
  readonly unless: readonly Value<string>[] | undefined
  readonly creates: string | undefined
}

interface State {
  readonly unless: CommandAnswer | undefined
  readonly creates: Stat | undefined
}

const resource = defineModule({
  kind: 'command',
  validate: ({ run, cwd, env, unless, creates }: Props) =>
    firstProblem(
      argvProblem('run', run),
      (unless === undefined) === (creates === undefined)
        ? 'needs one of `unless` and `creates`, to tell when it need not run again'
        : undefined,
      unless && argvProblem('unless', unless),
      creates === undefined ? undefined : pathProblem('creates', creates),
      cwd === undefined || cwd === '/' ? undefined : pathProblem('cwd', cwd),
      recordProblem('env', env, (key, value) =>
        firstProblem(envNameProblem(key), hiddenTextProblem(`env.${key}`, value)),
      ),
    ),
  probe: (props) => {
    checkResolved(props)
    const { unless, creates, cwd, env } = props
    return {
      unless: unless ? [{ ask: 'command', argv: unless, cwd, env } as const] : [],
      creates: creates === undefined ? [] : [{ ask: 'stat', path: creates } as const],
    }
  },
  parse: ({ unless, creates }): State => ({ unless: unless[0], creates: creates[0] }),
  diff: ({ creates }, state) => {
    if (creates !== undefined) return state?.creates ? [] : changeOf('creates', undefined, creates)
    return changeOf('unless', `exit code ${state?.unless?.code ?? 'unknown'}`, 'exit code 0')
  },
  remedy: (props) => {
    const { run, cwd, env, timeout } = props
    return { operation: 'update', actions: [{ do: 'run', argv: run, cwd, env, timeout }, ...asked(props)] }
  },
})

type Environment = Resolved<Props>['env']

/** What tells, as the probe does, that a run has reached its purpose: one that has not would run again for ever. */
function asked({ cwd, env, timeout, unless, creates }: Resolved<Props>): readonly Action[] {
  const ask = (argv: readonly string[], given: Environment, unmet: string): readonly Action[] => [
    { do: 'run', argv, cwd, env: given, timeout, unmet: `it succeeded, but ${unmet}` },
  ]
  if (unless) return ask(unless, env, `unless \`${oneLine(quoteAll(unless)).slice(0, 100)}\` still fails`)
  // A link to nothing is there as well.
  const look = ['sh', '-c', '[ -e "$1" ] || [ -L "$1" ]', 'sh']
  return creates === undefined ? [] : ask([...look, creates], {}, `${oneLine(creates)} is not there`)
}

/** What references turned out to be; @throws ProvisionError `playbook` */
function checkResolved({ title, run, unless, env }: Resolved<Props>): void {
  const problem = firstProblem(
    argvProblem('run', run),
    unless && argvProblem('unless', unless),
    ...Object.entries(env).map(([key, value]) => hiddenTextProblem(`env.${key}`, value)),
  )
  if (problem !== undefined)
    throw new ProvisionError('playbook', `${title}: ${problem}`, { help: 'correct it in the playbook' })
}

/**
 * A command that runs on a host until its purpose is reached: until `unless` exits with 0, or `creates` is there. One of
 * them is required, because a run that finds nothing to do must do nothing. When it ends well without reaching it, it fails.
 * @param name unique on the host; shown in plans
 * @throws ProvisionError `playbook` for a timeout that is not a length of time
 */
export function command(host: Host, name: string, options: CommandOptions, more?: ResourceOptions): Resource {
  const title = declaredTitle(host, 'command', name)
  refuseUnknown(title, options, names)
  const { run, cwd, env = {}, timeout = '5m', unless, creates } = options
  if (name.trim() === '')
    throw new ProvisionError('playbook', `${title}: its name is empty`, { help: 'give it a name' })
  return resource(
    host,
    name,
    { title, run, cwd, env, timeout: timerLength(timeout, `${title}: timeout`), unless, creates },
    more,
  )
}
