/** How one command of a script went. */
export interface RunResult {
  /** Undefined when it has not ended. */
  code: number | undefined
  /** Whether the folder to run in is missing, so that it did not run. */
  nowhere: boolean
  /** Whether it did not run because it need not. */
  needless: boolean
  /** The last lines of its output, of both kinds. */
  readonly output: string[]
  /** Milliseconds, at most: from the end of the one before, because the news of its beginning may come late. */
  took: number
}

/** Of the output of a command, how much is kept. Lines. */
const kept = 200

/** Sorts the lines of a command script's output by command; `onLine` gets those that a command wrote. */
export function readResults(
  count: number,
  marker: string,
  now: () => number,
  onLine: (line: string, index: number) => void,
): { push: (line: string) => void; results: readonly RunResult[] } {
  const results = Array.from({ length: count }, (): RunResult => ({
    code: undefined,
    nowhere: false,
    needless: false,
    output: [],
    took: 0,
  }))
  let current = -1
  let endedAt = now()
  let heldBack = false
  const give = (line: string): void => {
    const result = results[current]
    if (!result) return
    result.output.push(line)
    if (result.output.length > kept) result.output.shift()
    onLine(line, current)
  }
  return {
    results,
    push(line) {
      if (!line.startsWith(`${marker} `)) {
        if (heldBack) give('')
        // Our own lines begin with a newline, which shows as an empty line before them.
        heldBack = line === ''
        if (!heldBack) give(line)
        return
      }
      heldBack = false
      const [kind, index, code] = line.slice(marker.length + 1).split(' ')
      const result = results[Number(index)]
      if (!result) return
      if (kind === 'begin') {
        current = Number(index)
      } else if (kind === 'nowhere') {
        result.nowhere = true
      } else if (kind === 'needless') {
        result.needless = true
      } else if (kind === 'end') {
        result.code = Number(code)
        result.took = now() - endedAt
        endedAt += result.took
        current = -1
      }
    },
  }
}
