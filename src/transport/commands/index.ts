import { showDuration } from '../../core/text/duration.ts'
import { ProvisionError } from '../../core/error.ts'
import type { HostWatcher, Outcome } from '../../core/host.ts'
import { quoteAll } from '../../core/quote.ts'
import { redactor } from '../../core/secret/redactor.ts'
import { secretsIn } from '../../core/secret/index.ts'
import { newMarker } from '../session/bootstrap.ts'
import { readResults, type RunResult } from './results.ts'
import { commandScript, isVariableName, type RunAction } from './script.ts'
import type { Connection } from '../ssh/connection.ts'
import { sudoFor } from '../session/index.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** Of the output of a command that fails, what its error shows. Lines. */
const shown = 20

/** How `timeout` and shells report a command that was ended from outside. */
const endedCodes: readonly (number | undefined)[] = [124, 137, 143]

/**
 * Runs commands one after the other, as root where the host's target says so. A command that fails does not stop those
 * after it.
 * @throws ProvisionError `host` when the connection is lost, `interrupted` when the signal is aborted
 */
export async function runCommands(
  connection: Connection,
  runs: readonly RunAction[],
  signal: AbortSignal,
  watch: HostWatcher = {},
): Promise<readonly Outcome[]> {
  const problems = runs.map((run) => problemOf(connection.name, run))
  const sound = runs.filter((_, index) => problems[index] === undefined)
  const line = (text: string, index: number): void => {
    const run = sound[index]
    if (run) watch.line?.(text, runs.indexOf(run))
  }
  const results = sound.length === 0 ? [] : await runAll(connection, sound, signal, { line })
  const ends = new Map(sound.map((run, index) => [run, results[index]]))
  return runs.map((run, index) => {
    const error = problems[index] ?? errorOf(connection, run, ends.get(run))
    if (error) return { ok: false, error }
    const end = ends.get(run)
    if (end?.needless) return { ok: true, needless: true }
    const output = redactorFor(run)(end?.output.join('\n') ?? '')
    return output === '' ? { ok: true } : { ok: true, output }
  })
}

async function runAll(
  connection: Connection,
  runs: readonly RunAction[],
  signal: AbortSignal,
  watch: HostWatcher,
): Promise<readonly RunResult[]> {
  const marker = newMarker()
  const redactors = runs.map(redactorFor)
  const reader = readResults(
    runs.length,
    marker,
    () => performance.now(),
    (line, index) => watch.line?.(redactors[index]?.(line) ?? line, index),
  )
  const { code, stderr } = await connection.script(commandScript(runs, marker), {
    as: 'root',
    signal,
    onLine: (line, stream) => {
      if (stream === 'stdout') reader.push(line)
    },
  })
  const last = reader.results.find((result) => result.code === undefined)
  if (last) last.output.push(...stderr.trim().split('\n'), `(the shell ended with ${code})`)
  return reader.results
}

const redactorFor = ({ env }: RunAction): ((text: string) => string) => redactor(secretsIn(env))

function problemOf(host: string, { argv, env }: RunAction): ProvisionError | undefined {
  if (argv.length === 0) {
    return new ProvisionError('playbook', 'a command without any words cannot be run')
  }
  const name = Object.keys(env).find((key) => !isVariableName(key))
  if (name === undefined) return undefined
  return new ProvisionError(
    'playbook',
    `${JSON.stringify(name)} cannot be the name of an environment variable`,
    { about: { host, name: titleOf(argv) }, help: 'use letters, digits and _, not beginning with a digit' },
  )
}

function errorOf(
  { name: host, login }: Connection,
  run: RunAction,
  result: RunResult | undefined,
): ProvisionError | undefined {
  if (result?.code === 0) return undefined
  const hide = redactorFor(run)
  const about = { host, name: hide(titleOf(run.argv)) }
  const lines = result?.output.slice(-shown).join('\n') ?? ''
  const details = { about, output: lines.trim() === '' ? undefined : hide(lines) }
  if (result?.code === undefined) {
    return new ProvisionError('host', 'the host did not tell how it ended', {
      ...details,
      help: `look whether it ended the shell that ran it`,
    })
  }
  if (result.nowhere) {
    return new ProvisionError('action', `not run: there is no folder ${run.cwd}`, {
      about,
      help: `make it first, as a directory of the playbook`,
    })
  }
  if (endedCodes.includes(result.code) && result.took >= run.timeout) {
    return new ProvisionError('action', `not done after ${showDuration(run.timeout)}, so it was ended`, {
      ...details,
      help: 'give it a longer timeout, or look why it takes so long',
    })
  }
  return new ProvisionError('action', reasons[result.code] ?? `exit code ${result.code}`, {
    ...details,
    help: `try it by hand: ${ownCommand('ssh', host)} -- ${hide(titleOf([...sudoFor(login, 'root'), ...run.argv]))}`,
  })
}

const reasons: Readonly<Record<number, string>> = {
  126: 'it may not be executed (exit code 126)',
  127: 'there is no such command (exit code 127)',
}

const titleOf = (argv: readonly string[]): string => {
  const line = quoteAll(argv).replaceAll('\n', '⏎')
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}
