import { newMarker, scriptInput } from './bootstrap.ts'
import type { Connection, ExecResult, OpenOptions } from './connection.ts'
import { runLine, runScript } from './exec.ts'
import { interruption } from './exec-error.ts'
import { inlineCommand } from './inline-script.ts'
import { needsSudo, type Session } from './session.ts'

/** Runs scripts within command lines; see `Connection.openly`. A host that once took none is not tried again. */
export function openScripts(session: Session): Connection['openly'] {
  let takesNone = false
  const detail = (why: string): void => {
    session.onDetail(`${session.name}: ${why}, so what is asked there is sent after it`)
  }
  return async (text, options) => {
    const answer = takesNone ? 'too long' : await inline(session, text, options, detail)
    if (typeof answer === 'object') return answer
    takesNone ||= answer === 'refused'
    return runScript(session, text, options)
  }
}

/** It only asks, so what does not go well may be asked once more. */
async function inline(
  session: Session,
  text: string,
  { stdin, as, signal }: OpenOptions,
  detail: (why: string) => void,
): Promise<ExecResult | 'refused' | 'too long'> {
  const marker = newMarker()
  const input = Buffer.concat([Buffer.from(scriptInput(marker, text)), stdin])
  const line = inlineCommand(marker, needsSudo(session, as), input, session.server())
  if (line === undefined) {
    detail('a command line cannot hold it')
    return 'too long'
  }
  try {
    const ended = await session.limit(() => {
      if (signal.aborted) throw interruption(session.name, signal)
      return runLine(session, { line, marker, rest: '' }, { as, signal })
    })
    if (!('noise' in ended)) return ended
  } catch (error) {
    if (signal.aborted || session.lost.aborted) throw error
  }
  detail('no script runs there within a command line')
  return 'refused'
}
