import { constants, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, type Digest } from '../../core/digest.ts'
import { systemCode } from '../../core/error.ts'
import { temporaryName } from '../../core/temporary.ts'
import { readKept, type KeptState, type ReadKept } from '../../core/history/kept.ts'
import { digestOfFile } from '../../transport/files/digest.ts'

/** Where all lies that a rollback needs: `.provision/<environment>/kept`. */
export const keptFolder = (stateDir: string): string => join(stateDir, 'kept')

const statesFolder = (stateDir: string): string => join(keptFolder(stateDir), 'states')
const filesFolder = (stateDir: string): string => join(keptFolder(stateDir), 'files')
const statePath = (stateDir: string, digest: Digest): string => join(statesFolder(stateDir), `${digest}.json`)

/** Where content of this digest lies. */
export const contentPath = (stateDir: string, digest: Digest): string =>
  join(filesFolder(stateDir), digest.slice(0, 2), digest)

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

export const hasState = (stateDir: string, digest: Digest): Promise<boolean> =>
  isThere(statePath(stateDir, digest))

/** The state of this digest; undefined when it is not kept any more. */
export async function loadState(stateDir: string, digest: Digest): Promise<ReadKept | undefined> {
  try {
    return readKept(await readFile(statePath(stateDir, digest), 'utf8'), digest)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Written last: a state that is there has all its content. */
export async function writeState(stateDir: string, digest: Digest, state: KeptState): Promise<void> {
  await mkdir(statesFolder(stateDir), { recursive: true, mode: 0o700 })
  await replace(statePath(stateDir, digest), async (path) => {
    await writeFile(path, canonicalJson(state), { mode: 0o600 })
    return true
  })
}

/**
 * Keeps the content of a file, unless it is kept already: as a clone that shares its blocks where the file system can,
 * else as a copy. Not as a hard link, through which a build that writes in place would change it.
 * @returns whether it still has this digest
 */
export async function keepFile(stateDir: string, source: string, digest: Digest): Promise<boolean> {
  const path = contentPath(stateDir, digest)
  if (await isThere(path)) return true
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  let isSame = true
  await replace(path, async (temporary) => {
    await copyFile(source, temporary, constants.COPYFILE_FICLONE)
    isSame = (await digestOfFile(temporary)) === digest
    return isSame
  })
  return isSame
}

/** Keeps bytes of this digest. */
export function keepBytes(stateDir: string, digest: Digest, bytes: Uint8Array): void {
  const path = contentPath(stateDir, digest)
  const temporary = temporaryName(path, process.pid, performance.now())
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  writeFileSync(temporary, bytes, { mode: 0o600 })
  renameSync(temporary, path)
}

/** A small file's content; undefined for one that is not what it was when it was built. */
export type MaybeContent = { readonly digest: Digest; readonly bytes: Uint8Array } | undefined

/** Keeps each as a file of its own. @returns whether all of them were what they had been */
export function keepEach(stateDir: string, contents: Iterable<MaybeContent>): boolean {
  for (const content of contents) {
    if (!content) return false
    keepBytes(stateDir, content.digest, content.bytes)
  }
  return true
}

/** Makes a file whole or not at all; not, when what makes it says false. */
async function replace(path: string, make: (temporary: string) => Promise<boolean>): Promise<void> {
  const temporary = temporaryName(path, process.pid, performance.now())
  try {
    if (await make(temporary)) await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The digests of the states that are kept. */
export const statesIn = async (stateDir: string): Promise<readonly Digest[]> =>
  (await namesIn(statesFolder(stateDir))).flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? [])

export const removeState = (stateDir: string, digest: Digest): Promise<void> =>
  rm(statePath(stateDir, digest), { force: true })

/** Removes all content but this, with what killed runs left half-made. */
export async function removeOtherContent(stateDir: string, used: ReadonlySet<Digest>): Promise<void> {
  const folder = filesFolder(stateDir)
  for (const prefix of await namesIn(folder)) {
    const names = await namesIn(join(folder, prefix))
    const gone = names.filter((name) => !used.has(name))
    await Promise.all(gone.map((name) => rm(join(folder, prefix, name), { force: true })))
  }
}

/** What a folder holds; nothing when it is not there. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
