import { Socket } from 'node:net'
import { Writable } from 'node:stream'

/** A stream that keeps what is written to it. */
export class FakeStream extends Writable {
  text = ''
  writes = 0

  override _write(chunk: unknown, _: BufferEncoding, done: () => void): void {
    this.text += String(chunk)
    this.writes++
    done()
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1)
  }
}

/** A terminal of 100 columns that keeps what is written to it. */
export class FakeTerminal extends Socket {
  text = ''
  writes = 0
  columns = 100
  rows = 40
  isTTY = true

  override write(chunk: unknown, ...rest: readonly unknown[]): boolean {
    this.text += String(chunk)
    this.writes++
    const done = rest.at(-1)
    if (typeof done === 'function') Reflect.apply(done, undefined, [])
    return true
  }
  clearLine(): boolean {
    return true
  }
  clearScreenDown(): boolean {
    return true
  }
  cursorTo(): boolean {
    return true
  }
  moveCursor(): boolean {
    return true
  }
  getColorDepth(): number {
    return 8
  }
  hasColors(): boolean {
    return true
  }
  getWindowSize(): [number, number] {
    return [this.columns, this.rows]
  }
}
