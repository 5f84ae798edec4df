import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../../core/error.ts'
import { temporaryName } from '../../core/temporary.ts'
import { withoutComment, type KeyPair } from '../../boxes/ssh-keys.ts'
import { isKeyPair, isPublicKey } from '../../transport/ssh/key-files.ts'

/** The files of an environment's keys, in its state directory. */
export interface KeyFiles {
  readonly directory: string
  /** The private key with which we log in to nodes. */
  readonly identity: string
  readonly identityPublic: string
  /** Host keys of the nodes, by the names that the nodes' containers have. */
  readonly knownHosts: string
}

export const keyFilesOf = (stateDir: string): KeyFiles => ({
  directory: stateDir,
  identity: join(stateDir, 'id_ed25519'),
  identityPublic: join(stateDir, 'id_ed25519.pub'),
  knownHosts: join(stateDir, 'known_hosts'),
})

/** The environment's key pair; undefined when it has none (any more), or what it has is damaged. */
export async function readIdentity(files: KeyFiles): Promise<KeyPair | undefined> {
  const [privateKey, publicKey] = await Promise.all([
    readOptional(files.identity),
    readOptional(files.identityPublic),
  ])
  if (privateKey === undefined || publicKey === undefined) return undefined
  return isKeyPair(privateKey, publicKey) ? { privateKey, publicKey } : undefined
}

/** Written when all nodes have it: a run that is cut off before makes another one. */
export async function writeIdentity(files: KeyFiles, pair: KeyPair): Promise<void> {
  await writePrivate(files, files.identityPublic, pair.publicKey)
  await writePrivate(files, files.identity, pair.privateKey)
}

/** Public host keys (`ssh-ed25519 AAAA…`) by the name of their node; without what is damaged. */
export async function readKnownHosts(files: KeyFiles): Promise<ReadonlyMap<string, string>> {
  const text = (await readOptional(files.knownHosts)) ?? ''
  return new Map(
    text.split('\n').flatMap((line) => {
      const [name, type, key] = line.split(' ')
      return name && type && key && isPublicKey(type, key) ? [[name, `${type} ${key}`] as const] : []
    }),
  )
}

/** Replaces the file, unless it says the same already. */
export async function writeKnownHosts(files: KeyFiles, keys: ReadonlyMap<string, string>): Promise<void> {
  const text = [...keys].map(([name, key]) => `${name} ${withoutComment(key)}\n`).join('')
  if (text !== (await readOptional(files.knownHosts))) await writePrivate(files, files.knownHosts, text)
}

export async function removeKeys(files: KeyFiles): Promise<void> {
  const all = [files.identity, files.identityPublic, files.knownHosts]
  await Promise.all(all.map((path) => rm(path, { force: true })))
  // Others keep their own things here, and then it stays.
  await rmdir(files.directory).catch(() => undefined)
}

async function writePrivate({ directory }: KeyFiles, path: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const temporary = temporaryName(path, process.pid)
  await writeFile(temporary, text, { mode: 0o600 })
  await rename(temporary, path)
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
