import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageDir } from './package-dir.ts'

/** The version of this tool; `unknown` where its package.json does not tell. */
export async function toolVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8'))
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return known ? String(manifest.version) : 'unknown'
}
