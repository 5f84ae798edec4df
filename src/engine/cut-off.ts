import { open } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { JournalHead } from '../core/journal.ts'
import { isAlive } from '../transport/alive.ts'
import { journalNumbers, journalPath, loadJournal } from './journal/folder.ts'

/** Longer than the line that ends a journal. Bytes. */
const tail = 1_024

/** The run before this one, where it was killed: its journal has no end. To be asked under the environment's lock. */
export async function cutOffRun(stateDir: string): Promise<JournalHead | undefined> {
  // This run has begun its own, or begins it later.
  for (const number of (await journalNumbers(stateDir)).slice(-2).reverse()) {
    if ((await endOf(journalPath(stateDir, number))).includes('"event":"finished"')) return undefined
    const journal = await loadJournal(stateDir, number)
    const head = journal?.state === 'read' ? journal.run.head : undefined
    if (!head || head.pid === process.pid) continue
    return head.host === hostname() && !isAlive(head.pid) ? head : undefined
  }
  return undefined
}

async function endOf(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(tail),
      position: Math.max(0, size - tail),
    })
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
