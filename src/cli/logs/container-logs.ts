import type { Context } from '../call/context.ts'
import { logPrinter, type LineForm, type LogPrinter } from './log-printer.ts'
import type { Run } from '../run/index.ts'

/** Where lines of logs are shown. */
export interface LogPlace extends Pick<Context, 'emit' | 'look' | 'stdout'> {
  readonly globals: Pick<Context['globals'], 'json'>
}

/** For people in columns; for other programs each line as an event, as soon as it comes. */
export function printerFor(
  context: LogPlace,
  run: Pick<Run, 'redact'>,
  labels: readonly string[],
  form: LineForm,
): LogPrinter {
  const { emit, globals, look, stdout } = context
  if (globals.json) {
    return {
      add: (task, { text }) => {
        emit({ event: 'task-output', task, line: text })
        return stdout.room()
      },
      end: () => Promise.resolve(),
    }
  }
  const print = (text: string) => {
    stdout.write(`${run.redact(text)}\n`)
    return stdout.room()
  }
  return logPrinter({ labels, form, style: look.style, print })
}
