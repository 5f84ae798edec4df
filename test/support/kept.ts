import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { releaseAll } from '../../src/engine/rollback/runs.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'

/** Takes away what the environments of a project have kept to roll back to, for tests that end without `destroy`. */
export async function releaseKept(projectDir: string): Promise<void> {
  const folder = join(projectDir, '.provision')
  const environments = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of environments)
    await releaseAll({ stateDir: join(folder, name), on: undefined }, localEngine)
}
