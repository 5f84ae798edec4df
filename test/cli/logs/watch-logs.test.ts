import { expect, it, vi } from 'vitest'
import { watchLogs } from '../../../src/cli/logs/watch-logs.ts'
import type { Event } from '../../../src/core/event.ts'
import { outputTo } from '../../../src/report/output.ts'
import { uncoloured } from '../../../src/report/style.ts'
import { fakeEngine, frame, tell } from '../../support/fake-engine.ts'
import { FakeTerminal } from '../../support/fake-output.ts'

/** By the clock of a host, which is an hour behind. */
const hour = 3_600_000
const stampNow = (count: number): string =>
  new Date(Date.now() - hour).toISOString().replace('Z', `${String(count).padStart(6, '0')}Z`)

it('goes on after a run where it was, by the clock of the host', async () => {
  const log: { readonly stamp: string; readonly text: string }[] = []
  const say = (text: string) => void log.push({ stamp: stampNow(log.length), text })
  const engine = await fakeEngine((path, response) => {
    const { pathname, searchParams } = new URL(path, 'http://docker')
    if (pathname.endsWith('/json')) {
      tell(response, { Name: '/user', Id: 'user', State: { Running: true }, Config: { Tty: false } })
      return
    }
    const [seconds = '0', fraction = ''] = (searchParams.get('since') ?? '0').split('.')
    const since = `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`
    const tail = searchParams.get('tail')
    const lines = log.filter(({ stamp }) => stamp >= since).slice(tail === null ? 0 : -Number(tail))
    for (const { stamp, text } of lines) response.write(frame('stdout', `${stamp} ${text}\n`))
  })
  const shown: string[] = []
  const emit = (event: Event): void => {
    if (event.event === 'task-output') shown.push(event.line)
  }
  const stdout = outputTo(new FakeTerminal())
  const logs = watchLogs({ emit, stdout, globals: { json: true }, look: { style: uncoloured, columns: 80 } })
  const containers = [{ host: 'app', name: 'user' }]
  const rest = () => logs.rest({ containers, dockerOf: () => engine.docker, redact: (text) => text })
  const sees = (...lines: readonly string[]) => vi.waitFor(() => expect(shown).toEqual(lines))
  try {
    for (let i = 1; i <= 12; i++) say(`old ${i}`)
    logs.toggle()
    rest()
    const old = Array.from({ length: 10 }, (_, i) => `old ${i + 3}`)
    await sees(...old)
    await logs.work()
    say('meanwhile')
    rest()
    await sees(...old, 'meanwhile')
  } finally {
    await logs.work()
    await engine.stop()
  }
})
