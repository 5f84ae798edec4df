import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
    await mkdir(stateDir, { recursive: true, mode: 0o700 })
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

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space (or no inode) is left on the disk',
  EDQUOT: 'your disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'a part of the path is not a folder',
  // Node.js tells so of a folder that it cannot make on a read-only file system.
  ENOENT: 'the folder cannot be made',
}

const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
