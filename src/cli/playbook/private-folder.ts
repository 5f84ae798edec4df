import { chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../../core/error.ts'

/**
 * Makes `.provision` the owner's alone, whatever the umask is and an older version made of it: keys, journals and copies of
 * what the playbook says lie below. Where it cannot be written the run itself finds out, if it has to write.
 */
export async function keepPrivate(projectDir: string): Promise<void> {
  const folder = join(projectDir, '.provision')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { mode, uid } = await stat(folder)
    if ((mode & 0o777) !== 0o700 && uid === process.getuid?.()) await chmod(folder, 0o700)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
  }
}
