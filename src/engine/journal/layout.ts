import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProvisionError, systemCode } from '../../core/error.ts'

/** Raised when what lies in `.provision` changes its meaning: a newer tool reads older ones, an older one refuses newer ones. */
export const layoutVersion = 1

const file = (projectDir: string): string => join(projectDir, '.provision', 'version')

/**
 * Refuses a `.provision` that a newer tool has written. One without a version is from before there was one, and one whose
 * version cannot be read was cut off: nothing but a newer tool ever wrote another number.
 * @throws ProvisionError `state`
 */
export async function requireKnownLayout(projectDir: string): Promise<void> {
  const version = Number(/^\d{1,9}\s*$/.exec(await textOf(file(projectDir)))?.[0] ?? layoutVersion)
  if (version <= layoutVersion) return
  throw new ProvisionError(
    'state',
    `${join(projectDir, '.provision')} was written by a newer provision (version ${version}, this one knows ${layoutVersion})`,
    { help: 'update provision on this machine' },
  )
}

/** Says by which version what lies there from now on is to be read. */
export async function markLayout(projectDir: string): Promise<void> {
  const text = `${layoutVersion}\n`
  if ((await textOf(file(projectDir))) !== text) await writeFile(file(projectDir), text, { mode: 0o600 })
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return ''
  }
}
