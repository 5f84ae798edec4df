import { rmSync } from 'node:fs'
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../../core/error.ts'
import type { JournalHead } from '../../core/history/journal.ts'
import { readHead, readJournal, type Journal } from '../../core/history/journal-read.ts'

/** So many journals are kept of each environment. */
export const journalDepth = 50

export const journalFolder = (stateDir: string): string => join(stateDir, 'journal')

export const journalPath = (stateDir: string, number: number): string =>
  join(journalFolder(stateDir), `${number}.jsonl`)

/** The numbers of the journals in a list of file names, ascending. */
export const numbersIn = (names: readonly string[]): readonly number[] =>
  names
    .flatMap((name) => /^([1-9]\d{0,14})\.jsonl$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)

/** Those to be removed, so that with one more there are `depth` at most. */
export const outdated = (numbers: readonly number[], depth: number): readonly number[] =>
  numbers.slice(0, Math.max(0, numbers.length - (depth - 1)))

/** The numbers of the journals that there are, ascending; none where there is no folder. */
export async function journalNumbers(stateDir: string): Promise<readonly number[]> {
  try {
    return numbersIn(await readdir(journalFolder(stateDir)))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}

/** Makes room for one more. */
export function pruneJournals(stateDir: string, numbers: readonly number[]): void {
  for (const number of outdated(numbers, journalDepth)) rmSync(journalPath(stateDir, number), { force: true })
}

/** A journal; undefined when there is none of this number. */
export async function loadJournal(stateDir: string, number: number): Promise<Journal | undefined> {
  try {
    return readJournal(await readFile(journalPath(stateDir, number), 'utf8'))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Longer than the line that begins a journal, and than the one that ends it. Bytes. */
const longest = { begin: 65_536, end: 1_024 }

/** What the first line of a journal says of its run, without the rest; undefined where there is none that can be read. */
export async function journalHead(stateDir: string, number: number): Promise<JournalHead | undefined> {
  try {
    const text = await partOf(journalPath(stateDir, number), longest.begin, () => 0)
    return readHead(text.split('\n', 1)[0] ?? '')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * The end of a journal, with its last line if that is there: all that is needed to know of many of them, which a fleet's are
 * too long for.
 */
export async function journalEnd(stateDir: string, number: number): Promise<string> {
  return partOf(journalPath(stateDir, number), longest.end, (size) => Math.max(0, size - longest.end))
}

/** So many bytes of a file, or up to its end. */
async function partOf(path: string, length: number, positionIn: (size: number) => number): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(length),
      position: positionIn(size),
    })
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
