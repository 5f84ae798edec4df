import { gzipSync } from 'node:zlib'
import { quoteAll } from '../../core/quote.ts'
import { reader, unpacker } from './bootstrap.ts'

/** Linux takes no longer argument, and sshd hands the whole line over as one. Bytes, with room for what is around it. */
const mostInline = 120_000
/** What sshds of small systems take. Bytes. */
const mostForSmall = 8_000
/**
 * From there on it goes packed. What unpacks it takes a host 5 ms, in which a link of 2 MB/s brings 10,000 bytes: about what
 * packing then saves. Bytes.
 */
const mostUnpacked = { any: mostForSmall, openssh: 14_000 } as const

/** What listens there, as far as it matters. */
type Server = 'any' | 'openssh'

/** The two ways in which what a script and its commands read is put into a word, and what takes it out again. */
const asEscapes = `printf %b "$2"`
const asGzip = `echo "$2" | base64 -d | gzip -d`

/**
 * A command line that carries a script whose input follows; undefined when that is too long for it. Who would need sudo for
 * it does not get it so: sudo writes its command line into a log. Other users of the host can see it while it runs.
 */
export const scriptCommand = (marker: string, script: string, server: Server): string | undefined =>
  scriptLine(marker, script, server === 'openssh' ? mostInline : mostForSmall)

/** The same, as long as it takes more to unpack it than to send it so. */
export const shortScriptCommand = (marker: string, script: string, server: Server): string | undefined =>
  scriptLine(marker, script, mostUnpacked[server])

function scriptLine(marker: string, script: string, most: number): string | undefined {
  const line = quoteAll(['sh', '-c', unpacker, marker, escaped(Buffer.from(script))])
  return line.length <= most ? line : undefined
}

/**
 * A command line that carries what a script and its commands are to read, so that a host runs it without having to wait
 * for more; undefined when that is too long for it. Other users of the host can see it while it runs.
 * @param prefix what runs it, as words before `sh`: sudo, or nothing
 * @param input as `scriptInput` gives it, and the script's standard input after it
 */
export function inlineCommand(
  marker: string,
  prefix: readonly string[],
  input: Buffer,
  server: Server,
): string | undefined {
  const within = (most: number, unpack: string, pack: (input: Buffer) => string): string | undefined => {
    const line = lineFor(marker, prefix, unpack, pack(input))
    return line.length <= most ? line : undefined
  }
  // No byte takes less than one character there.
  const most = mostUnpacked[server]
  const small = input.length <= most ? within(most, asEscapes, escaped) : undefined
  return small ?? (server === 'openssh' ? within(mostInline, asGzip, gzipped) : undefined)
}

/** sudo writes its command line into a log, so it gets none of it. */
const lineFor = (marker: string, prefix: readonly string[], unpack: string, packed: string): string =>
  quoteAll(['sh', '-c', `${unpack} | ${quoteAll([...prefix, 'sh', '-c'])} "$1" "$0"`, marker, reader, packed])

/**
 * For `printf %b`, to be put between single quotes: only characters that no login shell, however odd, takes for anything else there;
 * lines end with `\n`, and others are `\0` and three digits.
 */
function escaped(input: Buffer): string {
  const longest = 5
  const text = Buffer.allocUnsafe(input.length * longest)
  let end = 0
  for (const byte of input) {
    if (harmless[byte]) {
      text[end++] = byte
      continue
    }
    text[end++] = backslash
    if (byte === newline) {
      text[end++] = letterN
      continue
    }
    text[end++] = zero
    text[end++] = zero + (byte >> 6)
    text[end++] = zero + ((byte >> 3) & 7)
    text[end++] = zero + (byte & 7)
  }
  return text.toString('latin1', 0, end)
}

const [backslash = 0, zero = 0, letterN = 0, newline = 0] = Buffer.from('\\0n\n')

/** Whether a byte stands for itself: to csh `!` is its history also between quotes, and to fish `\\` is one backslash. */
const harmless: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  /(?!['\\!])[ -~]/.test(String.fromCharCode(byte)),
)

const gzipped = (input: Buffer): string => gzipSync(input, { level: 6 }).toString('base64')
