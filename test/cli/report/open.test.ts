import { expect, it } from 'vitest'
import { openReport } from '../../../src/cli/report/open.ts'
import { outputTo } from '../../../src/report/output.ts'
import { uncoloured } from '../../../src/report/style.ts'
import { FakeTerminal } from '../../support/fake-output.ts'

it.each([
  ['drawn on', 100, false],
  ['written to as a log where it does not know its size: all of a picture would be cut off', 0, true],
])('a terminal is %s', async (_, columns, asLog) => {
  const terminal = new FakeTerminal()
  terminal.columns = columns
  const output = outputTo(terminal)
  const report = await openReport({
    globals: { json: false, plain: false, verbose: false },
    ...{ env: {}, stdout: output, stderr: output, streams: { stdout: terminal, stderr: terminal } },
    ...{ style: uncoloured, columns: output.columns(), commandLine: () => '' },
  })
  report.emit({ event: 'phase-started', phase: 'plan' })
  report.emit({ event: 'note', level: 'warning', text: 'mind the box' })
  report.emit({ event: 'phase-finished', phase: 'plan', ok: true, durationMs: 1, summary: '' })
  await report.close()
  expect(terminal.text.startsWith('plan   started\nwarning: mind the box\n')).toBe(asLog)
  expect(terminal.text).toContain('mind the box')
  expect(output.columns()).toBe(asLog ? Infinity : columns)
})
