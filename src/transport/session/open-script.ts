import { Readable } from 'node:stream'
import { newMarker, noScript, scriptInput } from './bootstrap.ts'
import type { Connection, ExecResult, OpenOptions, Rights } from '../ssh/connection.ts'
import { runBegun, runLine, runScript, sentAfter, type Start } from './exec.ts'
import { interruption } from './exec-error.ts'
import { inlineCommand, scriptCommand, shortScriptCommand } from './inline-script.ts'
import { needsSudo, sudoFor, type Session } from './index.ts'

/** Scripts within command lines. */
export interface OpenScripts {
  /** See `Connection.openly`. */
  readonly openly: Connection['openly']
  /** How to begin one whose input follows, and what is to be sent of it before that. */
  readonly startOf: (text: string, as: Rights) => Start
}

/**
 * Runs scripts within command lines. A host that once took none is not tried again; what cannot be sent twice goes so only to
 * one that has taken one before.
 */
export function openScripts(session: Session): OpenScripts {
  let taken: 'unknown' | 'some' | 'none' = 'unknown'
  const detail = (why: string): void => {
    session.onDetail(`${session.name}: ${why}, so what is asked there is sent after it`)
  }
  const startOf = (text: string, as: Rights): Start => {
    const marker = newMarker()
    const mayTake = taken === 'some' && !needsSudo(session, as)
    const line = mayTake ? scriptCommand(marker, text, session.server()) : undefined
    return line === undefined ? sentAfter(session, text, as) : { line, marker, rest: '' }
  }
  return {
    startOf,
    async openly(text, { stdin, ...options }) {
      if (stdin instanceof Readable)
        return runBegun(session, startOf(text, options.as), { ...options, stdin })
      const answer =
        taken === 'none' ? 'too long' : await inline(session, text, { stdin, ...options }, detail)
      if (answer === 'refused') taken = 'none'
      if (typeof answer !== 'object') return runScript(session, text, { stdin, ...options })
      taken = 'some'
      return answer
    },
  }
}

/** It only asks, so what does not go well may be asked once more. */
async function inline(
  session: Session,
  text: string,
  { stdin, as, signal }: OpenOptions & { readonly stdin: Buffer },
  detail: (why: string) => void,
): Promise<ExecResult | 'refused' | 'too long'> {
  const marker = newMarker()
  const line = lineFor(session, marker, text, stdin, as)
  if (line === undefined) {
    detail('a command line cannot hold it')
    return 'too long'
  }
  try {
    const ended = await session.limit(() => {
      if (signal.aborted) throw interruption(session.name, signal)
      return runLine(session, { line, marker, rest: '' }, { as, signal })
    })
    // Where gzip or base64 is missing it begins, and gets nothing to run.
    if (!('noise' in ended) && ended.code !== noScript) return ended
  } catch (error) {
    if (signal.aborted || session.lost.aborted) throw error
  }
  detail('no script runs there within a command line')
  return 'refused'
}

function lineFor(
  session: Session,
  marker: string,
  text: string,
  stdin: Buffer,
  as: Rights,
): string | undefined {
  const prefix = sudoFor(session, as)
  // A short one needs no more of the host than its shell; a long one goes packed.
  const isAlone = stdin.length === 0 && prefix.length === 0
  const short = isAlone ? shortScriptCommand(marker, text, session.server()) : undefined
  const input = () => Buffer.concat([Buffer.from(scriptInput(marker, text)), stdin])
  return short ?? inlineCommand(marker, prefix, input(), session.server())
}
