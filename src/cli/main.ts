import { ProvisionError, reasonOf } from '../core/error.ts'
import type { Emit, Failure } from '../core/event.ts'
import { hideSecrets } from '../core/redactor.ts'
import { failureOf, type Place } from '../report/failure.ts'
import { outputTo } from '../report/output.ts'
import { redactEvent } from '../report/redact.ts'
import { styleFor } from '../report/style.ts'
import { looseGlobals } from './call/args.ts'
import { callCommand } from './call/index.ts'
import type { ExitCode } from './call/command.ts'
import { commandLineFor } from './call/commandline.ts'
import type { Globals } from './call/globals.ts'
import { holdLast, stoppedBy } from './report/hold-last.ts'
import { openReport, type ReportOptions } from './report/open.ts'
import { cutOffTexts, followProgress, inTime } from './report/in-time.ts'
import { codeDir } from './package-dir.ts'
import { hearPlaybookCode } from './playbook/code.ts'
import { listenToSignals } from './signals.ts'
import { unlessDry } from './unless-dry.ts'
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
  }
  const reporting: ReportOptions = {
    ...look,
    globals: loose,
    env,
    stdout,
    stderr,
    streams: process,
    commandLine: (...words) => commandLineFor(env, learned.globals)(...words),
  }
  const report = await openReport(reporting)
  const profiling = loose.profile ? (await import('./profiling.ts')).startProfiling() : undefined
  const progress = followProgress()
  const redacted: Emit = (event) => {
    const shown = redactEvent(event, learned.redact)
    profiling?.listen(shown)
    progress.hear(shown)
    report.emit(shown)
  }
  const run = holdLast(redacted)
  const note = (text: string) => redacted({ event: 'note', level: 'warning', text })
  const written = (place: Place) => learned.written(place)
  const blame = { ownDir: codeDir, verbose: loose.verbose, written }
  const signals = listenToSignals(process, note)
  const playbookCode = hearPlaybookCode({
    ...{ process, blame, stderr, emit: redacted, stop: signals.stop },
    redact: (text) => learned.redact(text),
  })
  const finish = async (end: 'fine' | 'failed'): Promise<void> => {
    const { projectDir } = learned
    playbookCode.over()
    await profiling?.tell({ projectDir, look, json: loose.json, emit: redacted, show: report.show })
    run.finish(end, performance.now())
  }
  let code: ExitCode
  try {
    const world = {
      env,
      stdin: process.stdin,
      stdout,
      stderr,
      streams: process,
      look,
      wiring,
      ...signals,
      show: (text: string) => report.show(learned.redact(text)),
      openReport: () => openReport(reporting),
      blame,
    }
    const calling = callCommand(argv, { ...world, cwd: currentFolder(process), emit: run.emit, learned })
    code = await unlessDry(inTime(calling, signals.overdue, lastWords), () => {
      const late = progress.underWay().join(', ')
      const error = new Error(`nothing is left that could end this call${late === '' ? '' : `: ${late}`}`)
      signals.stop(error)
      return error
    })
    if (signals.signal.aborted) {
      const failure = failureOf(signals.signal.reason, blame)
      code = codeOf(failure)
      if (run.isUnderWay() || code !== 130) redacted({ event: 'failed', failure })
    }
    await finish(signals.signal.aborted || code === 130 ? 'failed' : 'fine')
  } catch (error) {
    if (signals.overdue.aborted) {
      cutOffTexts(progress).forEach(note)
      const counts = { ok: false, changed: progress.changed(), unchanged: 0, failed: 0 }
      run.emit({ event: 'finished', ...counts, durationMs: performance.now() })
    }
    const failure = failureOf(stoppedBy(signals.signal, error), blame)
    redacted({ event: 'failed', failure })
    await finish('failed')
    code = codeOf(failure)
  } finally {
    signals.dispose()
  }
  await report.close()
  if (playbookCode.dispose() && code === 0) code = 1
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

/** What was cut off has so long to say so by a report of its own, which may hold the screen. Milliseconds. */
const lastWords = 200

const codeOf = ({ code }: Failure): ExitCode => (code === 'usage' ? 2 : code === 'interrupted' ? 130 : 1)
