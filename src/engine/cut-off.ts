import { hostname } from 'node:os'
import { readEnd } from '../core/history/journal-read.ts'
import type { JournalHead } from '../core/history/journal.ts'
import { isAlive } from '../transport/alive.ts'
import { journalEnd, journalNumbers, loadJournal } from './journal/folder.ts'

/** The run before this one, where it was killed: its journal has no end. To be asked under the environment's lock. */
export async function cutOffRun(stateDir: string): Promise<JournalHead | undefined> {
  // This run has begun its own, or begins it later.
  for (const number of (await journalNumbers(stateDir)).slice(-2).reverse()) {
    if (readEnd(await journalEnd(stateDir, number))) return undefined
    const journal = await loadJournal(stateDir, number)
    const head = journal?.state === 'read' ? journal.run.head : undefined
    if (!head || head.pid === process.pid) continue
    return head.host === hostname() && !isAlive(head.pid) ? head : undefined
  }
  return undefined
}
