import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface Project {
  readonly dir: string
  readonly remove: () => void
}

/** A folder with these files. */
export function projectWith(files: Readonly<Record<string, string>>): Project {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'provision test ü-')))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  return { dir, remove: () => rmSync(dir, { recursive: true }) }
}

/** A playbook that describes one host with nothing on it. */
export const plainPlaybook = (name: string): string => `
import { defineBox, definePlaybook } from 'provision'
const box = defineBox({ name: 'none', build: new URL('.', import.meta.url) })
export default definePlaybook({ name: '${name}', box, hosts: ['web'], resources: () => [] })
`
