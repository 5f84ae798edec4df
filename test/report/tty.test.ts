import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { outputTo } from '../../src/report/output.ts'
import { coloured, uncoloured } from '../../src/report/style.ts'
import { ttyReport } from '../../src/report/tty.ts'
import { displayWidth } from '../../src/report/width.ts'
import { FakeTerminal } from '../support/fake-output.ts'
import { fakeRun, phase } from '../support/fake-run.ts'

async function report(events: readonly Event[], style = uncoloured) {
  const terminal = new FakeTerminal()
  const { emit, close } = ttyReport({
    stdout: outputTo(terminal),
    stderr: outputTo(terminal),
    streams: { stdout: terminal, stderr: terminal },
    style,
    commandLine: (...words) => ['provision', ...words].join(' '),
    now: () => performance.now(),
  })
  events.forEach(emit)
  await close()
  return terminal
}

/** What stays on the screen: the last picture, and all after it. */
const lastPicture = (text: string): string[] =>
  (text.split('\u001b[G').at(-1) ?? '')
    .replaceAll(new RegExp('\u001b\\[[0-9;?]*[A-Za-z]', 'g'), '')
    .split('\n')
    .map((line) => line.trimEnd())

describe('the report on a terminal', () => {
  it('leaves phases, changes, endpoints and the count on the screen', async () => {
    const { text } = await report(fakeRun('fine'))
    const lines = lastPicture(text)
    for (const line of [
      '✔ Build        build summary · 1.2 s',
      '✔ Apply        3 changed · 0.6 s',
      '! a warning',
      '~ app › container user (made anew)',
      '    env.PORT: 7000 → 7001 ← playbook.ts',
      'user       http  http://192.168.60.3:7000',
      '✔ 3 changed, 1 as they should be · 2.3 s',
    ]) {
      expect(lines).toContain(line)
    }
    expect(lines.indexOf('✔ Build        build summary · 1.2 s')).toBeLessThan(
      lines.indexOf('✔ Apply        3 changed · 0.6 s'),
    )
  })

  it('leaves what failed below its phase, and tells it once in full', async () => {
    const { text } = await report(fakeRun('failed'))
    const lines = lastPicture(text)
    expect(lines).toContain('✖ Apply        3 changed · 0.6 s')
    expect(lines).toContain('  ✖ app › container user  not ready after 30 s')
    expect(lines.filter((line) => line.startsWith('✖ app › container user: not ready'))).toHaveLength(1)
    expect(lines).toContain('help: provision logs user')
  })

  it('shows phases that never ended as failed when the run did', async () => {
    const { text } = await report([
      { event: 'phase-started', phase: 'nodes' },
      { event: 'finished', ok: false, changed: 0, unchanged: 0, failed: 0, durationMs: 1 },
    ])
    expect(lastPicture(text)).toContain('✖ Nodes')
  })

  it('does not draw more often for more hosts and more output', async () => {
    const hosts = Array.from({ length: 300 }, (_, i) => `host-${i}`)
    const events = hosts.flatMap((host): Event[] => [
      { event: 'task-started', task: host, phase: 'apply', host, title: 'container user' },
      ...Array.from({ length: 50 }, (_, i): Event => ({
        event: 'task-output',
        task: host,
        line: `line ${i}`,
      })),
    ])
    const { writes } = await report(phase('apply', ...events))
    expect(writes).toBeLessThan(60)
  })

  it('colours', async () => {
    const { text } = await report(fakeRun('fine'), coloured)
    expect(text).toContain('\u001b[33m~ app › container user\u001b[39m')
    expect(text).toContain('\u001b[31m- bus › container old\u001b[39m')
  })

  it('stays within the screen', async () => {
    const title = 'a title that is much too long for any screen '.repeat(5)
    const { text, columns } = await report(
      phase('build', { event: 'task-started', task: 'a', phase: 'build', title }),
    )
    for (const line of lastPicture(text)) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
  })
})
