import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Environment variables, as in `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>

/** Where Docker's client keeps what is its user's. */
export const clientFolder = (env: Env): string => env['DOCKER_CONFIG'] || join(homedir(), '.docker')

/** A file of it; undefined where there is none, or none that can be read: Docker's client runs without it as well. */
export async function readClientFile(env: Env, ...path: readonly string[]): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(clientFolder(env), ...path), 'utf8'))
  } catch {
    return undefined
  }
}
