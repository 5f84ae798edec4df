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

/** How long a login shell may take before it runs anything. Milliseconds. */
export const awakening = 30_000

/** A login shell that prints for ever must not fill the memory. Bytes. */
const mostNoise = 64 * 1024

/** On standard output the marker is followed by the process that runs the script; else it is only a command line, shown. */
const isGreeting = (rest: string): boolean => /^ \d+/.test(rest)
const isAlone = (rest: string): boolean => rest.trim() === ''

/** Passes on what a script writes to its standard output, after the line with the marker and what the script is. */
export const afterGreeting = (marker: string, onData: (chunk: Buffer) => void): Unframed =>
  after(marker, isGreeting, onData)

/** Passes on what a script writes to its standard error, after the line that ends with the marker. */
export const afterMarker = (marker: string, onData: (chunk: Buffer) => void): Unframed =>
  after(marker, isAlone, onData)

function after(
  marker: string,
  isHello: (rest: string) => boolean,
  onData: (chunk: Buffer) => void,
): Unframed {
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
      const found = lineWith(before, marker, isHello)
      if (found === undefined) {
        if (before.length > mostNoise && !before.includes(marker)) before = before.subarray(-mostNoise / 2)
        return
      }
      const { at, end } = found
      hello = before.toString('utf8', at, end)
      start(hello)
      const rest = before.subarray(end + 1)
      if (rest.length > 0) onData(rest)
    },
  }
}

/** Where a line is whole that holds the marker and is what is looked for. */
function lineWith(
  text: Buffer,
  marker: string,
  isHello: (rest: string) => boolean,
): { readonly at: number; readonly end: number } | undefined {
  for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
    const end = text.indexOf('\n', at)
    if (end >= 0 && isHello(text.toString('utf8', at + marker.length, end))) return { at, end }
  }
  return undefined
}
