import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { Client } from 'ssh2'
import type { SiteHost } from '../sites.ts'

/** Connects to all hosts at once, logs in, and does nothing there. Milliseconds. */
export async function justConnect(hosts: readonly SiteHost[]): Promise<number> {
  const started = performance.now()
  await Promise.all(hosts.map(loggedIn))
  return performance.now() - started
}

async function loggedIn({ address, port, user, identityFile }: SiteHost): Promise<void> {
  const privateKey = await readFile(identityFile)
  const client = new Client()
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject)
    client.connect({ sock: connect({ host: address, port, noDelay: true }), username: user, privateKey })
  }).finally(() => client.end())
}
