/** Output with what a login shell prints before ours cut off. */
export interface Unframed {
  push(chunk: Buffer): void
  /** The line with the marker, once it has come. */
  readonly hello: string | undefined
  /** Waits for it. */
  readonly started: Promise<string>
  /** What came before it, or instead of it; the end of it, where it is much. */
  readonly noise: string
}

/** A login shell that prints for ever must not fill the memory. Bytes. */
const mostNoise = 64 * 1024

/** Passes on what comes after the line that holds the marker. */
export function afterMarker(marker: string, onData: (chunk: Buffer) => void): Unframed {
  let before: Buffer = Buffer.alloc(0)
  let hello: string | undefined
  let start: (line: string) => void = () => undefined
  const started = new Promise<string>((resolve) => (start = resolve))
  return {
    started,
    get hello() {
      return hello
    },
    get noise() {
      return hello === undefined ? before.toString() : ''
    },
    push(chunk) {
      if (hello !== undefined) {
        onData(chunk)
        return
      }
      before = Buffer.concat([before, chunk])
      const at = before.indexOf(marker)
      const end = at < 0 ? -1 : before.indexOf('\n', at)
      if (end < 0) {
        if (at < 0 && before.length > mostNoise) before = before.subarray(-mostNoise / 2)
        return
      }
      hello = before.toString('utf8', at, end)
      start(hello)
      const rest = before.subarray(end + 1)
      if (rest.length > 0) onData(rest)
    },
  }
}
