import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { reasonOf } from '../../core/error.ts'
import type { Event } from '../../core/event.ts'
import { isKept, journalLine, type JournalHead } from '../../core/journal.ts'
import { journalFolder, journalNumbers, journalPath, pruneJournals } from './folder.ts'

/** Where the lines of a run go, as it goes on: what is written stays, whatever becomes of the run. */
export interface JournalWriter {
  /** Undefined when there is none, because it could not be begun. */
  readonly path: string | undefined
  readonly write: (event: Event) => void
  readonly close: () => void
}

export interface JournalOptions {
  readonly stateDir: string
  readonly head: Omit<JournalHead, 'journal' | 'number'>
  readonly version: number
  /** Masks secrets, as known at the time. */
  readonly redact: (event: Event) => Event
  /** Told once when it cannot be written: a run goes on without its journal. */
  readonly onTrouble: (text: string) => void
}

/** Begins the journal of a run. To be called by who holds the environment's lock: so numbers are free. */
export async function startJournal(options: JournalOptions): Promise<JournalWriter> {
  const { stateDir, head, version, redact, onTrouble } = options
  const started = performance.now()
  let file: number | undefined
  let path: string | undefined
  const give = (error: unknown) => {
    close()
    onTrouble(`this run has no whole journal: ${reasonOf(error)}`)
  }
  const close = () => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  const line = (text: string) => {
    if (file !== undefined) writeSync(file, `${text}\n`)
  }
  try {
    const numbers = await journalNumbers(stateDir)
    await mkdir(journalFolder(stateDir), { recursive: true, mode: 0o700 })
    await pruneJournals(stateDir, numbers)
    const number = (numbers.at(-1) ?? 0) + 1
    path = journalPath(stateDir, number)
    file = openSync(path, 'ax', 0o600)
    line(JSON.stringify({ journal: version, number, ...head }))
  } catch (error) {
    give(error)
  }
  return {
    path,
    write: (event) => {
      if (file === undefined || !isKept(event)) return
      try {
        line(journalLine(redact(event), performance.now() - started))
      } catch (error) {
        give(error)
      }
    },
    close,
  }
}
