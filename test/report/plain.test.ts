import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { outputTo } from '../../src/report/output.ts'
import { plainReport, type PlainOptions } from '../../src/report/plain.ts'
import { uncoloured } from '../../src/report/style.ts'
import { FakeStream } from '../support/fake-output.ts'
import { fakeRun, planned, step } from '../support/fake-run.ts'

async function report(events: readonly Event[], options: Partial<PlainOptions> = {}, tick = () => 0) {
  const stdout = new FakeStream()
  const stderr = new FakeStream()
  const { emit, close } = plainReport({
    stdout: outputTo(stdout),
    stderr: outputTo(stderr),
    style: uncoloured,
    columns: Infinity,
    commandLine: (...words) => ['provision', ...words].join(' '),
    detail: 'steps',
    now: () => 0,
    ...options,
  })
  for (const event of events) {
    emit(event)
    tick()
  }
  await close()
  return { stdout: stdout.text, stderr: stderr.text, lines: stderr.lines }
}

describe('the plain report', () => {
  it.each([
    ['steps', ''],
    ['output', 'web: takes the long way\n'],
  ] as const)('with %s tells %j of what only those want to know who look closely', async (detail, told) => {
    const note = { event: 'note', level: 'detail', text: 'web: takes the long way' } as const
    expect((await report([note], { detail })).stderr).toBe(told)
  })

  it.each(['info', 'warning', 'detail'] as const)(
    'lets no text of a note rule the terminal: %s',
    async (level) => {
      const note = { event: 'note', level, text: 'one\u001b[2J\ntwo\u202e' } as const
      expect((await report([note], { detail: 'output' })).stderr).toMatch(/^(warning: )?one\ntwo\n$/)
    },
  )

  it('shows what came of a run on stdout', async () => {
    expect((await report(fakeRun('fine'))).stdout).toBe(
      [
        '~ app › container user (made anew)',
        '    env.PORT: 7000 → 7001 ← playbook.ts',
        '~ web › tree www',
        '    css/site.css: abc → def',
        '- bus › container old',
        '',
        'container  port  url',
        'user       http  http://192.168.60.3:7000',
        '',
      ].join('\n'),
    )
  })

  it('shows one line per event that matters on stderr', async () => {
    expect((await report(fakeRun('fine'))).lines).toEqual([
      'refresh shop',
      'build  started',
      'build  image shop/web: started',
      'build  image shop/web: done · 7 steps · 0.9 s',
      'build  done · build summary · 1.2 s',
      'apply  started',
      'apply  app › container user: started',
      'apply  app › container user: done · 0.5 s',
      'apply  done · 3 changed · 0.6 s',
      'warning: a warning',
      '✔ 3 changed, 1 as they should be · 2.3 s',
    ])
  })

  it('tells a failure once, in full, with what to do', async () => {
    const { stderr, stdout } = await report(fakeRun('failed'))
    expect(stderr.match(/not ready after 30 s/g)).toHaveLength(1)
    expect(stderr).toContain(
      'apply  app › container user: failed after 30 s\napply  failed · 3 changed · 0.6 s\n',
    )
    expect(stderr).toMatch(/\n {2}GET .*connection refused\nhelp: provision logs user\n✖ failed: 2 changed, /)
    expect(stdout).toMatch(/^planned:\n~ app › container user/)
    expect(stdout).not.toContain('http://')
  })

  it('shows every line of output when asked for', async () => {
    const { lines } = await report(fakeRun('fine'), { detail: 'output' })
    expect(lines).toContain('build  image shop/web: Setting up nginx')
  })

  it('says of long tasks that they go on, not more often than every ten seconds', async () => {
    let seconds = 0
    const line: Event = { event: 'task-output', task: 'b', line: 'a line' }
    const halfMinute = Array.from({ length: 30 }, () => line)
    const { lines } = await report(
      [...fakeRun('fine').slice(0, 3), ...halfMinute],
      { now: () => seconds * 1000 },
      () => (seconds += 1),
    )
    expect(lines.filter((shown) => shown.endsWith('a line'))).toHaveLength(3)
  })

  it('counts what is new where it is much', async () => {
    const many = Array.from({ length: 20 }, (_, i) =>
      step('web', i < 5 ? 'container' : 'file', `f${i}`, 'create'),
    )
    const finished: Event = {
      event: 'finished',
      ok: true,
      changed: 20,
      unchanged: 0,
      failed: 0,
      durationMs: 1,
    }
    const { stdout } = await report([planned(many), finished])
    expect(stdout).toBe('+ web › 5 containers, 15 files\n')
  })

  it('tells what to type next after a quickstart', async () => {
    const [, ...rest] = fakeRun('fine')
    const started: Event = { event: 'started', command: 'quickstart', playbook: 'shop', environment: 'shop' }
    const { stderr } = await report([started, ...rest])
    expect(stderr).toContain('provision refresh')
    expect(stderr).toContain('provision ssh app')
    expect(stderr).toContain('provision logs -f user')
  })
})
