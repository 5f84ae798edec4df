import { Writable } from 'node:stream'

/** A stream that keeps what is written to it. */
export class FakeStream extends Writable {
  text = ''
  columns = 100
  rows = 40
  isTTY = false

  override _write(chunk: unknown, _: BufferEncoding, done: () => void): void {
    this.text += String(chunk)
    done()
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1)
  }
}
