import { expect, it } from 'vitest'
import { redactor } from '../../src/core/secret/redactor.ts'
import { secret } from '../../src/core/secret/index.ts'
import { jsonReport } from '../../src/report/json.ts'
import { outputTo } from '../../src/report/output.ts'
import { redactEvent } from '../../src/report/redact.ts'
import { FakeStream } from '../support/fake-output.ts'
import { fakeRun, planned, step } from '../support/fake-run.ts'

async function linesOf(events: ReturnType<typeof fakeRun>): Promise<readonly string[]> {
  const stdout = new FakeStream()
  const { emit, close } = jsonReport(outputTo(stdout))
  events.forEach(emit)
  await close()
  return stdout.lines
}

it('writes one JSON object a line, and ends with the very form that is promised', async () => {
  const lines = await linesOf(fakeRun('fine'))
  expect(lines).toHaveLength(fakeRun('fine').length)
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('event')
  expect(lines.at(-1)).toBe(
    '{"event":"finished","ok":true,"changed":3,"unchanged":1,"failed":0,"durationMs":2300}',
  )
})

it('tells also by JSON that a run leaves something to the next one', async () => {
  const counts = { ok: true, changed: 1, unchanged: 0, failed: 0, durationMs: 2.3 }
  expect(await linesOf([{ event: 'finished', ...counts, again: true }])).toEqual([
    '{"event":"finished","ok":true,"changed":1,"unchanged":0,"failed":0,"durationMs":2,"again":true}',
  ])
})

it('leaves out what only profiles are made of', async () => {
  const timed = { event: 'timed', what: 'ask', durationMs: 1 } as const
  expect(await linesOf([timed, { event: 'phase-started', phase: 'plan' }])).toEqual([
    '{"event":"phase-started","phase":"plan"}',
  ])
})

it('holds the plan without the actions', async () => {
  const write = { do: 'delete' as const, path: '/a' }
  const [line = ''] = await linesOf([planned([{ ...step('web', 'file', 'a', 'remove'), actions: [write] }])])
  const event: unknown = JSON.parse(line)
  expect(event).toMatchObject({
    event: 'planned',
    plan: { steps: [{ id: 'web/file/a', operation: 'remove' }] },
  })
  expect(line).not.toContain('actions')
})

it('shows no secret, not even one that JSON would write with escapes', async () => {
  const hidden = 'pass"word\n1'
  const redact = redactor([secret(hidden)])
  const event = redactEvent({ event: 'task-output', task: 'a', line: `got ${hidden}!` }, redact)
  const [line] = await linesOf([event])
  expect(line).toBe('{"event":"task-output","task":"a","line":"got [secret]!"}')
})
