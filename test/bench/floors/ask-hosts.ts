import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.ts'
import type { Ended } from '../processes.ts'
import type { SiteHost } from '../sites.ts'

const script = fileURLToPath(new URL('ask-hosts.mjs', import.meta.url))

/** A host, and what is looked at there. */
export interface Asked extends Pick<SiteHost, 'address' | 'port' | 'user' | 'identityFile'> {
  readonly files: readonly string[]
  /** Whether its containers are listed as well. */
  readonly docker: boolean
}

/**
 * Gets a bare script ready that looks at files and containers of all these hosts at once.
 * @param name unlike any other
 * @param under what starts it: a program and its first arguments
 */
export async function askingHosts(
  bench: Bench,
  name: string,
  hosts: readonly Asked[],
  under: readonly string[] = [],
): Promise<() => Promise<Ended>> {
  const list = join(bench.dir, `${name}-to-ask.json`)
  await writeFile(list, JSON.stringify(hosts))
  return () => bench.program(...under, process.execPath, script, list)
}
