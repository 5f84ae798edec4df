import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SshTarget } from '../../src/core/host.ts'
import { startSshdFor, accountName } from './account.ts'
import { ask } from './project.ts'
import type { Shell } from './shells.ts'
import type { Sshd } from './sshd.ts'

/** Not in the group of Docker's socket, and with no login. */
export const strangerId = 40_125

/** Of Docker's socket. */
const groupId = 40_124

/** A host with an account that may use Docker without rights of root; its `/run/provision-lock` is a new one. */
export interface Shared {
  readonly sshd: Sshd
  /** The account; it has no `sudo`. */
  readonly user: SshTarget
  readonly root: SshTarget
  readonly home: string
  /** Name or number of the group of Docker's socket. */
  readonly group: string
  readonly stop: () => Promise<void>
}

/** `group` is that of Docker's socket; the account is in the usual one. */
export async function shareHost(shell: Shell, group = groupId): Promise<Shared> {
  const bin = mkdtempSync(join(tmpdir(), 'provision-sh-'))
  chmodSync(bin, 0o755)
  const [file] = shell.argv
  const whereIs = async (name: string) => (await ask('sh', '-c', `command -v ${name}`)).trim()
  symlinkSync(await whereIs(file), join(bin, 'sh'))
  // Not all distributions build it into busybox.
  symlinkSync(await whereIs('flock'), join(bin, 'flock'))
  // It has to be there to be mounted on.
  mkdirSync('/run/provision-lock', { recursive: true, mode: 0o700 })
  const sshd = await startSshdFor({
    become: false,
    env: { PATH: `${bin}:${shell.tools ?? '/usr/local/bin:/usr/bin:/bin'}` },
    prepare: `
echo 'pdocker:x:${groupId}:nobody-there,${accountName}' >> /etc/group
: > "$F/socket"; chgrp ${group} "$F/socket"; chmod 660 "$F/socket"
mount --bind "$F/socket" /var/run/docker.sock
mount -t tmpfs -o mode=700 none /run/provision-lock`,
  })
  return {
    sshd,
    user: sshd.target,
    root: { ...sshd.target, user: 'root' },
    home: join(sshd.folder, 'home'),
    group: 'pdocker',
    async stop() {
      await sshd.stop()
      rmSync(bin, { recursive: true })
    },
  }
}
