import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SshTarget } from '../../src/core/host.ts'
import { startSshd, type Sshd } from './sshd.ts'

/** Many hosts that are one machine: an address of the loopback network each. */
export interface Fleet {
  readonly targets: readonly SshTarget[]
  /** The text of a file for `--on` about so many of them. */
  readonly hostsFile: (count: number) => string
  stop(): Promise<void>
}

/** sshd listens on 16 at most; one of them every sshd of a test has. */
const addressesEach = 15

/**
 * sshd does not start itself anew for each connection (`-r`): measured over 50 logins of OpenSSH's client, it takes 14.5 ms of CPU
 * instead of 20 for one. Real hosts do that on processors of their own, here it would be taken from all that is measured.
 */
const withoutReexec = ['-r']

/** Starts as many sshd as so many hosts need. One key lets in everywhere; the keys of all hosts are in one file. */
export async function startFleet(count: number): Promise<Fleet> {
  const sshds: Sshd[] = []
  const targets: SshTarget[] = []
  const known: string[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(sshds.splice(0).map((sshd) => sshd.stop()))
  }
  try {
    while (targets.length < count) {
      const net = sshds.length + 1
      const some = Math.min(addressesEach, count - targets.length)
      const addresses = Array.from({ length: some }, (_, i) => `127.1.${net}.${i + 1}`)
      const [first] = sshds
      const settings = [
        ...addresses.map((address) => `ListenAddress ${address}`),
        'MaxStartups 1000',
        ...(first ? [`AuthorizedKeysFile ${join(first.folder, 'authorized_keys')}`] : []),
      ]
      const sshd = await startSshd({}, settings, { options: withoutReexec })
      sshds.push(sshd)
      const { port, user } = sshd.target
      const shared = first ?? sshd
      const key = await readFile(join(sshd.folder, 'host.pub'), 'utf8')
      for (const address of addresses) {
        known.push(`[${address}]:${port} ${key}`)
        targets.push({
          ...shared.target,
          ...{ name: `h${String(targets.length).padStart(3, '0')}`, address, port, user, become: false },
          knownHosts: [join(shared.folder, 'known_fleet')],
        })
      }
    }
    await writeFile(join(sshds[0]?.folder ?? '', 'known_fleet'), known.join(''))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    targets,
    hostsFile: (some) =>
      JSON.stringify({
        hosts: Object.fromEntries(
          targets
            .slice(0, some)
            .map(({ name, address, port, user, identityFile, knownHosts }) => [
              name,
              { address, port, user, identityFile, knownHosts: [...knownHosts] },
            ]),
        ),
      }),
    stop,
  }
}
