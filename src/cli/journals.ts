import { hostname } from 'node:os'
import { ProvisionError } from '../core/error.ts'
import type { RunRecord } from '../core/history/journal.ts'
import { journalNumbers, loadJournal } from '../engine/journal/folder.ts'
import type { AtWork, Numbered } from '../report/history.ts'
import { lockHolder } from '../transport/lock/state-lock.ts'
import { ownCommand } from '../core/text/own-command.ts'

/** All journals of an environment, the newest first. */
export async function allJournals(stateDir: string): Promise<readonly Numbered[]> {
  const numbers = await journalNumbers(stateDir)
  const loaded = await Promise.all(
    numbers.map(async (number) => ({ number, journal: await loadJournal(stateDir, number) })),
  )
  return loaded
    .flatMap(({ number, journal }) => (journal ? [{ number, journal }] : []))
    .sort((a, b) => b.number - a.number)
}

/**
 * The run that a word means: its number, or the last one without a word.
 * @throws ProvisionError `usage` when there is none of this number, `state` when its journal cannot be read
 */
export async function runCalled(stateDir: string, word: string | undefined): Promise<RunRecord> {
  const numbers = await journalNumbers(stateDir)
  const [first, last] = [numbers[0], numbers.at(-1)]
  const kept = first === undefined ? 'no run has been recorded yet' : `kept are ${first} to ${last ?? first}`
  const number = word === undefined ? last : /^[1-9]\d{0,14}$/.test(word) ? Number(word) : undefined
  const journal = number === undefined ? undefined : await loadJournal(stateDir, number)
  if (number === undefined || !journal) {
    const message = word === undefined ? kept : `there is no run ${JSON.stringify(word)}; ${kept}`
    throw new ProvisionError('usage', message, {
      help: ownCommand('history'),
    })
  }
  if (journal.state === 'read') return journal.run
  const why =
    journal.state === 'newer'
      ? `was written by a newer provision (version ${journal.version} of journals)`
      : 'cannot be read: its first line is damaged'
  throw new ProvisionError('state', `the journal of run ${number} ${why}`, {
    help: journal.state === 'newer' ? 'update provision on this machine' : ownCommand('history'),
  })
}

/** Who is at work on an environment now. */
export async function atWorkOn(stateDir: string): Promise<AtWork> {
  const holder = await lockHolder(stateDir)
  return holder && { pid: holder.pid, host: hostname() }
}
