import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import { temporaryName } from '../../core/temporary.ts'

/** What a run writes here at the least: keys, known hosts, its journal. Bytes. */
const least = 64 * 1024

/**
 * Finds out before anything changes whether this machine can keep what a run has to keep.
 * @throws ProvisionError `state` when the folder cannot be made or written to, as on a full disk
 */
export async function requireWritable(stateDir: string): Promise<void> {
  const probe = temporaryName(join(stateDir, '.room'), process.pid)
  try {
    // One by one: of several at once, Node.js tells every reason as that of a folder which is not there.
    for (const folder of [dirname(stateDir), stateDir])
      await mkdir(folder, { mode: 0o700 }).catch(unlessThere)
    await writeFile(probe, Buffer.alloc(least, 'room'), { mode: 0o600 })
    await rm(probe)
  } catch (error) {
    await rm(probe, { force: true }).catch(() => undefined)
    const code = systemCode(error) ?? ''
    const why = reasons[code] ?? reasonOf(error)
    throw new ProvisionError('state', `${stateDir} cannot be written: ${why}; nothing was changed`, {
      help: full.has(code)
        ? `make room there (df -h ${stateDir}; df -i ${stateDir})`
        : 'make the project folder writable for you, or use a copy of it',
      cause: error,
    })
  }
}

function unlessThere(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space (or no inode) is left on the disk',
  EDQUOT: 'your disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'a part of the path is not a folder',
  ENOENT: 'the project folder is not there any more',
}

const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
