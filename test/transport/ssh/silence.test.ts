import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchingSilence } from '../../../src/transport/ssh/silence.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const quick = { interval: 1_000, silence: 4_000 }
const patient = { interval: 1_000, silence: 16_000 }

/** What stands for a connection: a test says what it sends and hears. */
class FakeSocket extends EventEmitter {
  bytesWritten = 0
  destroy(): this {
    this.emit('close')
    return this
  }
}

/** Connections that are watched, and after how many seconds each was given up; undefined for those that go on. */
function watched(watch: ReturnType<typeof watchingSilence>, ...patiences: readonly (typeof quick)[]) {
  const start = Date.now()
  const ends: (number | undefined)[] = patiences.map(() => undefined)
  const sockets = patiences.map((patience, i) => {
    const socket = new FakeSocket()
    watch(socket, patience, () => (ends[i] = (Date.now() - start) / 1_000))
    return socket
  })
  return { sockets, ends }
}

/** Has time pass; each second something happens. */
function pass(seconds: number, then: () => unknown = () => undefined): void {
  for (let i = 0; i < seconds; i++) {
    then()
    vi.advanceTimersByTime(1_000)
  }
}

describe('a connection on which nothing is heard', () => {
  it('is given up soon where nothing is under way', () => {
    const { sockets, ends } = watched(watchingSilence(), quick, quick)
    pass(3)
    expect(ends).toEqual([undefined, undefined])
    pass(60, () => sockets[1]?.emit('data'))
    expect(ends).toEqual([4, undefined])
  })

  it('is given up later the more it has sent, or another one to the same host', () => {
    const alone = watched(watchingSilence(), quick)
    const shared = watched(watchingSilence(), quick, patient)
    for (const socket of [alone.sockets[0], shared.sockets[1]]) if (socket) socket.bytesWritten = 96_000
    pass(60, () => shared.sockets[1]?.emit('data'))
    expect(alone.ends).toEqual([6])
    expect(shared.ends).toEqual([6, undefined])
  })

  it('waits while another one sends much, though not for ever: its own way may be cut alone', () => {
    const { sockets, ends } = watched(watchingSilence(), quick, patient)
    const upload = sockets[1]
    const goOn = (): void => {
      if (!upload) return
      upload.bytesWritten += 50_000
      upload.emit('data')
    }
    pass(25, goOn)
    expect(ends).toEqual([undefined, undefined])
    pass(15, goOn)
    expect(ends).toEqual([expect.any(Number), undefined])
  })

  it('no longer waits for one that has ended', () => {
    const { sockets, ends } = watched(watchingSilence(), quick, patient)
    if (sockets[1]) sockets[1].bytesWritten = 1_000_000
    pass(3)
    sockets[1]?.destroy()
    pass(2)
    expect(ends).toEqual([4, undefined])
  })

  it('does not wait for one to another host', () => {
    const first = watched(watchingSilence(), quick)
    const [upload] = watched(watchingSilence(), patient).sockets
    if (upload) upload.bytesWritten = 1_000_000
    pass(5)
    expect(first.ends).toEqual([4])
  })
})
