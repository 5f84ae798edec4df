import type { Emit } from '../../core/event.ts'
import { failureOf, failureText, type Blame } from '../../report/failure.ts'
import type { Output } from '../../report/output.ts'
import { uncoloured } from '../../report/style.ts'
import { cleanLines } from '../../report/width.ts'
import { refuseExit } from './refuse-exit.ts'
import { hearStrays } from './strays.ts'
import { tellLogs } from './told-logs.ts'

/** What the code of a playbook does by itself, from beginning to end of a call: it logs, it fails where nobody waits, and it ends the process. */
export interface PlaybookCode {
  /** From now on events have ended: all goes to standard error, masked as well. */
  readonly over: () => void
  /** Hears no more. @returns whether anything failed after `over` */
  readonly dispose: () => boolean
}

export interface Hearing {
  readonly process: NodeJS.Process
  readonly blame: Blame
  readonly redact: (text: string) => string
  readonly emit: Emit
  readonly stderr: Output
  /** Gets what failed, as long as events have not ended. */
  readonly stop: (error: Error) => void
}

export function hearPlaybookCode({ process, blame, redact, emit, stderr, stop }: Hearing): PlaybookCode {
  let isOver = false
  let hasFailed = false
  const sayLate = (text: string): void => stderr.write(`${cleanLines(redact(text))}\n`)
  const endStrays = hearStrays(process, blame, (error) => {
    if (!isOver) {
      stop(error)
      return
    }
    hasFailed = true
    sayLate(failureText(failureOf(error, blame), uncoloured))
  })
  const allowExit = refuseExit(process, blame)
  const restoreLogs = tellLogs(redact, (level, text) => {
    if (isOver) sayLate(text)
    else emit({ event: 'note', level, text })
  })
  return {
    over: () => {
      isOver = true
    },
    dispose: () => {
      restoreLogs()
      endStrays()
      allowExit()
      return hasFailed
    },
  }
}
