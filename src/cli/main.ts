import { ProvisionError, reasonOf } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import { hideSecrets } from '../core/secret/redactor.ts'
import { worded, type CommandLine } from '../core/text/own-command.ts'
import type { Place } from '../report/failure.ts'
import { outputTo, type Output } from '../report/output.ts'
import { redactEvent } from '../report/redact.ts'
import { styleFor } from '../report/style.ts'
import { looseGlobals } from './call/args.ts'
import { callCommand, type World } from './call/index.ts'
import type { ExitCode } from './call/command.ts'
import { commandLineFor } from './call/commandline.ts'
import type { Globals } from './call/globals.ts'
import { endOf } from './ending.ts'
import { holdLast } from './report/hold-last.ts'
import { openReport, type ReportOptions } from './report/open.ts'
import { followProgress } from './report/in-time.ts'
import { codeDir } from './package-dir.ts'
import { hearPlaybookCode } from './playbook/code.ts'
import { listenToSignals } from './signals.ts'
import type { Wiring } from './wiring.ts'

export interface Io {
  /** Without the names of Node.js and of the script. */
  readonly argv: readonly string[]
  readonly process: NodeJS.Process
  readonly wiring: Wiring
}

/** What is learned only while a call is carried out. */
export interface Learned {
  globals: Pick<Globals, 'env' | 'on' | 'dir' | 'playbook' | 'param'>
  /** Undefined as long as there is no playbook. */
  projectDir: string | undefined
  /** Where a place of a playbook's compiled code is in the playbook. */
  written: (place: Place) => Place
  redact: (text: string) => string
  /** Whether what is done is told in parts, each with a profile of its own. */
  isInParts: boolean
}

/** Carries out one call of the command line, from words to exit code. */
export async function main({ argv, process, wiring }: Io): Promise<ExitCode> {
  const { env } = process
  const loose = looseGlobals(argv)
  const stdout = outputTo(process.stdout)
  const stderr = outputTo(process.stderr)
  const look = { style: styleFor(process.stdout, env), columns: stdout.columns() }
  const learned: Learned = {
    globals: { env: undefined, on: undefined, dir: undefined, playbook: undefined, param: [] },
    projectDir: undefined,
    written: (place) => place,
    redact: hideSecrets,
    isInParts: false,
  }
  const commandLine: CommandLine = (...words) => commandLineFor(env, learned.globals)(...words)
  const shown = (text: string): string => learned.redact(worded(text, commandLine))
  const reporting: ReportOptions = {
    ...look,
    globals: loose,
    env,
    stdout,
    stderr,
    streams: process,
    commandLine,
  }
  const report = await openReport(reporting)
  const profilingFrom: World['profilingFrom'] = async (began) =>
    loose.profile ? (await import('./profiling.ts')).startProfiling(began) : undefined
  const profiling = await profilingFrom(0)
  const progress = followProgress()
  const redacted: Emit = (event) => {
    // Only a profile is made of these, and each host tells several.
    if (event.event === 'timed' && profiling === undefined) return
    const told = redactEvent(event, shown)
    profiling?.listen(told)
    progress.hear(told)
    report.emit(told)
  }
  const run = holdLast(redacted)
  const note = (text: string) => redacted({ event: 'note', level: 'warning', text })
  const written = (place: Place) => learned.written(place)
  const blame = { ownDir: codeDir, verbose: loose.verbose, written }
  const signals = listenToSignals(process, note)
  const playbookCode = hearPlaybookCode({
    ...{ process, blame, stderr, emit: redacted, stop: signals.stop },
    redact: shown,
  })
  const finish = async (end: 'fine' | 'failed'): Promise<void> => {
    const { projectDir } = learned
    playbookCode.over()
    if (!learned.isInParts)
      await profiling?.tell({ projectDir, look, json: loose.json, emit: redacted, show: report.show })
    run.finish(end, performance.now())
  }
  const call = async (): Promise<ExitCode> =>
    callCommand(argv, {
      ...{ env, stdin: process.stdin, stdout, stderr, streams: process, look, wiring, ...signals, blame },
      ...{ shown, commandLine, profilingFrom },
      show: (text: string) => report.show(shown(text)),
      openReport: () => openReport(reporting),
      cwd: currentFolder(process),
      emit: run.emit,
      learned,
    })
  let code: ExitCode
  try {
    code = await endOf(call, { signals, run, progress, emit: redacted, blame, finish })
  } finally {
    signals.dispose()
  }
  await report.close()
  if (playbookCode.dispose() && code === 0) code = 1
  return toldIn(stdout, stderr, code)
}

/** The exit code of a call, which has failed where not all that it says could be written. */
async function toldIn(stdout: Output, stderr: Output, code: ExitCode): Promise<ExitCode> {
  const lost = stdout.lost()
  if (lost === undefined) return code
  stderr.write(`✖ not all could be written to standard output: ${reasonOf(lost)}\n`)
  await stderr.flush()
  return code === 0 ? 1 : code
}

function currentFolder(process: NodeJS.Process): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new ProvisionError('usage', `the current folder cannot be told: ${reasonOf(cause)}`, {
      help: 'it may be gone: cd to a folder that is there',
      cause,
    })
  }
}
