import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'

/** Cuts bytes that come in chunks into lines of text. */
export interface LineCutter {
  push(chunk: Uint8Array | string): void
  /** Gives what is left when no more comes. */
  end(): void
}

/** A program that never ends its line must not fill the memory. Characters. */
const longest = 65_536

/**
 * Calls back for each line as soon as it is complete, without its end and without colours. Of a line that a program
 * draws again and again (`\r`) the last state counts.
 */
export function cutLines(onLine: (line: string) => void): LineCutter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const give = (line: string): void => {
    const text = stripVTControlCharacters(line.replace(/\r+$/, ''))
    onLine(text.slice(text.lastIndexOf('\r') + 1))
  }
  return {
    push(chunk) {
      const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)))).split(
        '\n',
      )
      rest = lines.pop() ?? ''
      lines.forEach(give)
      if (rest.length > longest) {
        give(rest)
        rest = ''
      }
    },
    end() {
      rest += decoder.end()
      if (rest !== '') give(rest)
      rest = ''
    },
  }
}
