import type Dockerode from 'dockerode'
import { rm } from 'node:fs/promises'
import { readEnd } from '../../core/history/journal-read.ts'
import { pastRun, statesToKeep, type PastRun } from '../../core/history/rollback.ts'
import { contentsOf } from '../../core/history/kept.ts'
import { journalEnd, journalNumbers, loadJournal } from '../journal/folder.ts'
import type { Workspace } from '../workspace.ts'
import { releaseImages } from './images.ts'
import { removeOtherPacks } from './pack.ts'
import { keptFolder, loadState, removeOtherContent, removeState, statesIn } from './store.ts'

/** The runs of an environment whose journals can be read. */
export async function pastRuns(stateDir: string): Promise<readonly PastRun[]> {
  const journals = await Promise.all(
    (await journalNumbers(stateDir)).map((number) => loadJournal(stateDir, number)),
  )
  return journals.flatMap((journal) => (journal?.state === 'read' ? [pastRun(journal.run)] : []))
}

/** The digests of what is kept and can still be read. */
export const keptIn = async (stateDir: string): Promise<ReadonlySet<string>> =>
  new Set(await statesIn(stateDir))

const pastStates = async (stateDir: string): Promise<readonly Pick<PastRun, 'number' | 'state'>[]> =>
  Promise.all(
    (await journalNumbers(stateDir)).map(async (number) => ({
      number,
      state: readEnd(await journalEnd(stateDir, number))?.state,
    })),
  )

/** Removes what only older runs would need. What a newer tool has kept stays, whatever it needs. */
export async function pruneKept(stateDir: string, engine: () => Promise<Dockerode>): Promise<void> {
  const wanted = statesToKeep(await pastStates(stateDir))
  const there = await statesIn(stateDir)
  if (there.every((digest) => wanted.has(digest))) return
  const loaded = await Promise.all(
    there.map(async (digest) => ({ digest, found: await loadState(stateDir, digest) })),
  )
  if (loaded.some(({ found }) => found?.state === 'newer')) return
  const gone = loaded.filter(({ digest }) => !wanted.has(digest))
  for (const { digest } of gone) await removeState(stateDir, digest)
  const kept = loaded.flatMap(({ digest, found }) =>
    wanted.has(digest) && found?.state === 'read' ? [found.kept] : [],
  )
  const used = new Set(kept.flatMap(contentsOf))
  await removeOtherContent(stateDir, used)
  await removeOtherPacks(stateDir, used)
  // Where no image was kept there may be no engine.
  if (gone.every(({ found }) => found?.state === 'read' && found.kept.images.length === 0)) return
  await releaseImages(
    await engine(),
    stateDir,
    kept.flatMap(({ images }) => images),
  )
}

/** Removes all that is kept: of an environment that is destroyed nothing is left here nor on this machine's engine. */
export async function releaseAll(
  { stateDir, on }: Pick<Workspace, 'stateDir' | 'on'>,
  engine: () => Promise<Dockerode>,
): Promise<void> {
  const states = await statesIn(stateDir)
  // Hosts of one's own may be served from a machine without an engine.
  if (states.length > 0 || on === undefined) await releaseImages(await engine(), stateDir, [])
  await rm(keptFolder(stateDir), { recursive: true, force: true })
}
