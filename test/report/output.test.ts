import { Writable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { deferred } from '../../src/core/async/deferred.ts'
import { jsonReport } from '../../src/report/json.ts'
import { outputTo, type Output } from '../../src/report/output.ts'
import { plainReport } from '../../src/report/plain.ts'
import { uncoloured } from '../../src/report/style.ts'
import { FakeStream } from '../support/fake-output.ts'
import { fakeRun } from '../support/fake-run.ts'

/** A reader that takes one piece at a time, when it is told to. */
function slowReader() {
  const waiting: (() => void)[] = []
  const taken: string[] = []
  const stream = new Writable({
    highWaterMark: 4,
    write(chunk: unknown, _, done) {
      taken.push(String(chunk))
      waiting.push(done)
    },
  })
  return { stream, taken, take: () => waiting.shift()?.() }
}

const broken = () => {
  const error = new Error('write EPIPE')
  return Object.assign(error, { code: 'EPIPE' })
}

describe('outputTo', () => {
  it('flush waits until the reader has taken all', async () => {
    const { stream, taken, take } = slowReader()
    const output = outputTo(stream)
    output.write('one')
    output.write('two')
    let flushed = false
    const flushing = output.flush().then(() => (flushed = true))
    take()
    await new Promise(setImmediate)
    expect(flushed).toBe(false)
    take()
    await new Promise(setImmediate)
    take()
    await flushing
    expect(taken.join('')).toBe('onetwo')
  })

  it('room waits for a slow reader, and for nobody else', async () => {
    const { stream, take } = slowReader()
    const output = outputTo(stream)
    await output.room()
    output.write('more than fits')
    const room = output.room()
    take()
    await room
  })

  it('a reader that is gone is no error: nobody waits for it, and what is written is dropped', async () => {
    const stream = new Writable({ write: (_, __, done) => done(broken()) })
    const output = outputTo(stream)
    output.write('a')
    await new Promise(setImmediate)
    expect(output.gone.aborted).toBe(true)
    output.write('b')
    await output.flush()
    await output.room()
  })

  it('a full disk ends no run: what is written is dropped, and why is kept', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    const output = outputTo(new Writable({ write: (_, __, done) => done(full) }))
    output.write('a')
    await new Promise(setImmediate)
    output.write('b')
    await output.flush()
    expect(output.lost()).toBe(full)
  })
})

const plainTo = (stdout: Output, stderr: Output) =>
  plainReport({
    ...{ stdout, stderr, style: uncoloured, columns: Infinity, detail: 'steps', now: () => 0 },
    commandLine: (...words) => words.join(' '),
  })

it.each([
  ['as JSON', (slow: Output) => jsonReport(slow)],
  ['in plain lines, its results', (slow: Output) => plainTo(slow, outputTo(new FakeStream()))],
  ['in plain lines, its steps', (slow: Output) => plainTo(outputTo(new FakeStream()), slow)],
])('a report %s, is closed only once its reader has taken all', async (_, reportTo) => {
  const taken = deferred<undefined>()
  const slow: Output = { ...outputTo(new FakeStream()), flush: () => taken.promise }
  const { emit, close } = reportTo(slow)
  fakeRun('fine').forEach(emit)
  const closed = vi.fn()
  const closing = close().then(closed)
  await new Promise(setImmediate)
  expect(closed).not.toHaveBeenCalled()
  taken.resolve(undefined)
  await closing
})
