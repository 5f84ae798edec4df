import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLink, type Link } from '../support/link.ts'
import type { Bench } from './bench.ts'
import { openSite, type Site } from './sites.ts'

/** One node behind a link that is slow, and that counts. */
export interface WireSite extends Site {
  /** What a contender sends and receives for its work, in both directions and with the login, and how long it takes. */
  readonly over: (work: () => Promise<unknown>) => Promise<{ readonly sent: number; readonly time: number }>
  /** Our refresh, over the link. */
  readonly refresh: () => Promise<unknown>
  /** What ssh needs to go the same way; the host's name is `box`. */
  readonly sshConfig: string
}

export const host = 'box'

/**
 * Makes one.
 * @param rate of the link, in bytes a second
 */
export async function wireSite(
  bench: Bench,
  name: string,
  files: Readonly<Record<string, string | Buffer>>,
  rate: number,
): Promise<WireSite> {
  const site = await openSite(bench, name, files)
  await site.provision('quickstart', '--plain')
  const [there] = await site.hosts()
  if (!there) throw new Error('the site has a host')
  const { address, port, user, identityFile, knownHosts } = there
  const way = { name: host, address, port, user, identityFile, knownHosts: [knownHosts] }
  const target = { ...way, hostKeyAlias: undefined, become: true }
  const link: Link = await startLink({ target, folder: site.dir }, { rate })
  bench.onClose(() => link.stop())
  const known = String(link.target.knownHosts[0])
  const list = join(site.dir, 'hosts.yaml')
  const entry = {
    address: '127.0.0.1',
    port: link.target.port,
    user,
    identityFile,
    knownHosts: known,
    become: true,
  }
  await writeFile(list, `hosts:\n  ${host}: ${JSON.stringify(entry)}\n`)
  const sshConfig = join(site.dir, 'link-config')
  const lines = [
    `HostName 127.0.0.1\nPort ${link.target.port}\nUser ${user}`,
    `IdentityFile "${identityFile}"\nIdentitiesOnly yes\nUserKnownHostsFile "${known}"`,
  ]
  await writeFile(sshConfig, `Host ${host}\n${lines.join('\n')}\n`)
  return {
    ...site,
    sshConfig,
    refresh: () => site.provision('refresh', '--plain', '--on', list),
    async over(work) {
      const [before, from] = [link.bytes(), performance.now()]
      await work()
      return { sent: (link.bytes() - before) / 1_000, time: performance.now() - from }
    },
  }
}
