import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { outputTo } from '../../src/report/output.ts'

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
