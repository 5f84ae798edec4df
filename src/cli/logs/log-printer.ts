import type { LogLine } from '../../transport/docker/logs.ts'
import type { Style } from '../../report/style.ts'
import { cleanLine, displayWidth, padEnd } from '../../report/width.ts'

/** Whether a line says when it was written. */
export type LineForm = 'timed' | 'plain'

export interface PrinterOptions {
  /** Names of all that may speak: they make one column. */
  readonly labels: readonly string[]
  readonly form: LineForm
  readonly style: Style
  /** Gets a line for people; what it gives back is waited for. */
  readonly print: (text: string) => void | Promise<void>
}

export interface LogPrinter {
  readonly add: (label: string, line: LogLine) => void | Promise<void>
  /** Prints what is left. */
  readonly end: () => Promise<void>
}

/** How long a line waits for older ones of other hosts, in milliseconds: what arrives within it is put in order. */
const patience = 100

/** More waiting lines than this hold up whoever reads them. */
const most = 10_000

interface Waiting {
  readonly label: string
  readonly line: LogLine
}

/** Merges the lines of several containers by their times; each begins with its name, in a colour of its own. */
export function logPrinter({ labels, form, style, print }: PrinterOptions): LogPrinter {
  const width = Math.max(0, ...labels.map(displayWidth))
  let waiting: Waiting[] = []
  let printing = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const show = ({ label, line }: Waiting): string => {
    const name = style.nth(labels.indexOf(label), `${padEnd(label, width)} │`)
    const time = form === 'timed' ? `${style.dim(line.time)} ` : ''
    return `${name} ${time}${cleanLine(line.text)}`
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const lines = waiting.sort((a, b) => (a.line.time < b.line.time ? -1 : a.line.time > b.line.time ? 1 : 0))
    waiting = []
    printing = printing.then(async () => {
      for (const line of lines) await print(show(line))
    })
    return printing
  }
  return {
    add: (label, line) => {
      waiting.push({ label, line })
      if (waiting.length >= most) return flush()
      timer ??= setTimeout(() => void flush(), patience)
      return undefined
    },
    end: flush,
  }
}
