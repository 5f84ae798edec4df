import type { ClosingLook } from '../../report/closing.ts'
import type { Output } from '../../report/output.ts'
import { forPeople } from '../../report/for-people.ts'
import type { Report } from '../../report/report.ts'
import type { Globals } from '../call/globals.ts'

export interface ReportOptions extends ClosingLook {
  readonly globals: Pick<Globals, 'json' | 'plain' | 'verbose'>
  readonly env: NodeJS.ProcessEnv
  readonly stdout: Output
  readonly stderr: Output
  readonly streams: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream }
}

const now = (): number => performance.now()

/** The report for whoever reads: a program, a person at a terminal, or a log. Only its own code is loaded. */
export async function openReport({ globals, env, ...options }: ReportOptions): Promise<Report> {
  if (globals.json) {
    const { jsonReport } = await import('../../report/json.ts')
    return jsonReport(options.stdout)
  }
  const isScreen = options.stdout.isTTY && Number.isFinite(options.stdout.columns())
  const isLive = isScreen && env['TERM'] !== 'dumb' && !env['CI']
  if (isLive && !globals.plain && !globals.verbose) {
    const { ttyReport } = await import('../../report/tty.ts')
    return forPeople(ttyReport({ ...options, now }))
  }
  const { plainReport } = await import('../../report/plain.ts')
  return forPeople(plainReport({ ...options, now, detail: globals.verbose ? 'output' : 'steps' }))
}
