import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { forPeople } from '../../src/report/for-people.ts'
import { jsonReport } from '../../src/report/json.ts'
import { outputTo } from '../../src/report/output.ts'
import { plainReport } from '../../src/report/plain.ts'
import { coloured } from '../../src/report/style.ts'
import { ttyReport } from '../../src/report/tty.ts'
import { FakeStream, FakeTerminal } from '../support/fake-output.ts'
import { planned, step } from '../support/fake-run.ts'

/** What makes terminals do things: titles, links, the clipboard, cursor, character sets, 8-bit forms, reversed text. */
const evil = [
  '\u001b]0;EVIL\u0007',
  '\u001b]52;c;RVZJTA==\u0007',
  '\u001b]8;;http://evil\u001b\\',
  '\u001b[2J',
  '\u001b[8m',
  '\u001b(0',
  '\u001bP1$r\u001b\\',
  '\u009b2J',
  '\u009d0;EVIL\u009c',
  '\u001b',
  '\u0007',
  '\b\b\b',
  '\u000e',
  '\u007f',
  '\u202e',
  '\u2066',
]
const text = `a${evil.join('b')}c`
const failure = {
  code: 'action',
  message: `${text}\n${text}`,
  output: `${text}\r${text}`,
  help: text,
} as const
const events: readonly Event[] = [
  { event: 'started', command: 'plan', playbook: text, environment: text },
  { event: 'phase-started', phase: 'apply' },
  { event: 'task-started', task: text, phase: 'apply', host: text, title: text },
  { event: 'task-output', task: text, line: text },
  { event: 'task-failed', task: text, durationMs: 1, failure },
  { event: 'task-started', task: 'b', phase: 'apply', title: text },
  { event: 'task-finished', task: 'b', durationMs: 1, summary: text },
  { event: 'phase-finished', phase: 'apply', ok: true, durationMs: 1, summary: text },
  planned([
    step(text, 'container', text, 'recreate', [{ field: text, from: text, to: text, because: [text] }]),
  ]),
  { event: 'note', level: 'warning', text },
  { event: 'edited', files: [text] },
  {
    event: 'endpoints',
    endpoints: [{ container: text, called: text, name: text, host: text, port: 80, url: text }],
  },
  { event: 'failed', failure },
  { event: 'capsule', path: text },
]
const end: Event = { event: 'finished', ok: true, changed: 1, unchanged: 0, failed: 0, durationMs: 1 }

/** Anything but line breaks, colours, and what is not listed here. */
const harmful = (allowed: RegExp) => (written: string) =>
  written
    .replace(allowed, '')
    .match(/[^\P{Cc}\n]|\p{Bidi_Control}/gu)
    ?.map((sign) => sign.charCodeAt(0).toString(16)) ?? []
const colours = new RegExp('\\u001b\\[(?!8m)[0-9;]*m', 'g')
const drawing = new RegExp('\\u001b\\[(?!8m|2J)[0-9;?]*[A-Za-z]|\\u0007$', 'g')

const lay = { style: coloured, commandLine: (...words: readonly string[]) => words.join(' '), now: () => 0 }

describe.each([[end], [{ ...end, ok: false }]])(
  'what others have written does not move the terminal',
  (last) => {
    it.each(['steps', 'output'] as const)('of a log of %s', async (detail) => {
      const stream = new FakeStream()
      const [stdout, stderr] = [outputTo(stream), outputTo(stream)]
      const report = forPeople(plainReport({ ...lay, stdout, stderr, detail, columns: Infinity }))
      for (const event of [...events, last]) report.emit(event)
      report.show(`\u001b[31m${text}\u001b[0m`)
      await report.close()
      expect(stream.text).toContain('abbb')
      expect(harmful(colours)(stream.text.replaceAll('\u001b[8m', ''))).toEqual([])
    })

    it('live', async () => {
      const terminal = new FakeTerminal()
      const streams = { stdout: terminal, stderr: terminal }
      const output = outputTo(terminal)
      const report = forPeople(ttyReport({ ...lay, stdout: output, stderr: output, streams }))
      for (const event of [...events, last]) report.emit(event)
      await report.close()
      expect(harmful(drawing)(terminal.text)).toEqual([])
      expect(terminal.text).not.toMatch(new RegExp('\u001b(?:\\]|\\[2J|\\[8m)'))
    })

    it('as JSON', async () => {
      const stream = new FakeStream()
      const report = jsonReport(outputTo(stream))
      for (const event of [...events, last]) report.emit(event)
      await report.close()
      expect(harmful(/$^/)(stream.text)).toEqual([])
      const told: readonly unknown[] = stream.lines.map((line): unknown => JSON.parse(line))
      expect(told).toContainEqual({ event: 'note', level: 'warning', text })
    })
  },
)
