import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { reasonOf } from '../../core/error.ts'
import type { Event } from '../../core/event.ts'
import {
  isKept,
  journalEnd,
  journalLine,
  touchesHosts,
  type JournalHead,
  type RunEnd,
} from '../../core/history/journal.ts'
import { journalFolder, journalNumbers, journalPath, pruneJournals } from './folder.ts'

/** Where the lines of a run go, as it goes on: what is written stays, whatever becomes of the run. */
export interface JournalWriter {
  /** Undefined when there is none: it could not be begun, or had no reason to. */
  readonly path: () => string | undefined
  readonly write: (event: Event) => void
  /** Writes how the run ended, and closes it. */
  readonly end: (end: RunEnd) => void
}

export interface JournalOptions {
  readonly stateDir: string
  readonly head: Omit<JournalHead, 'journal' | 'number'>
  readonly version: number
  /** `at-once`: every run has one. `at-change`: one that does nothing to any host leaves none. */
  readonly begin: 'at-once' | 'at-change'
  /** Masks secrets, as known at the time. */
  readonly redact: (event: Event) => Event
  /** Told once when it cannot be written: a run goes on without its journal. */
  readonly onTrouble: (text: string) => void
}

/** Prepares the journal of a run. To be called by who holds the environment's lock: so numbers are free. */
export async function startJournal(options: JournalOptions): Promise<JournalWriter> {
  const { stateDir, head, version, begin, redact, onTrouble } = options
  const started = performance.now()
  /** What waits for a reason to be written; undefined as soon as there was one. */
  let waiting: string[] | undefined = []
  let numbers: readonly number[] = []
  let file: number | undefined
  let path: string | undefined

  const close = () => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  const trying = (work: () => void) => {
    try {
      work()
    } catch (error) {
      give(error)
    }
  }
  const give = (error: unknown) => {
    waiting = undefined
    close()
    onTrouble(`this run has no whole journal: ${reasonOf(error)}`)
  }
  const line = (text: string) => {
    if (waiting) waiting.push(text)
    else if (file !== undefined) writeSync(file, `${text}\n`)
  }
  const open = () => {
    const lines = waiting
    if (!lines) return
    pruneJournals(stateDir, numbers)
    const number = (numbers.at(-1) ?? 0) + 1
    path = journalPath(stateDir, number)
    file = openSync(path, 'ax', 0o600)
    waiting = undefined
    line(JSON.stringify({ journal: version, number, ...head }))
    lines.forEach(line)
  }

  try {
    numbers = await journalNumbers(stateDir)
    await mkdir(journalFolder(stateDir), { recursive: true, mode: 0o700 })
    if (begin === 'at-once') open()
  } catch (error) {
    give(error)
  }
  return {
    path: () => path,
    write: (event) => {
      if (!isKept(event)) return
      trying(() => {
        if (touchesHosts(event)) open()
        line(journalLine(redact(event), performance.now() - started))
      })
    },
    end: (end) => {
      trying(() => line(journalEnd(end)))
      close()
    },
  }
}
