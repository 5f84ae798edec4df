import { quote } from '../../src/core/quote.ts'
import { startSshd, type Sshd } from './sshd.ts'

/** A login that exists for one sshd only. */
export interface Account {
  /** Its login shell. Default `/bin/sh`. */
  readonly shell?: string
  /** Files of its home folder, by name. */
  readonly home?: Readonly<Record<string, string>>
  /** The last fields of its line in /etc/shadow: last change of the password in days since 1970, and so on. */
  readonly shadow?: string
  /** Of sudo; without it, sudo asks for a password that the account does not have. */
  readonly sudoers?: string
  readonly become?: boolean
  /** Further lines of sshd's configuration. */
  readonly settings?: readonly string[]
  /** What its commands find in their environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Further changes to what it finds; `$F` is sshd's folder, `$F/home` the home folder. */
  readonly prepare?: string
}

export const accountName = 'ptester'
const id = 40_123

/** Lets the account do all as root without a password. */
export const anythingAsRoot = `${accountName} ALL=(ALL) NOPASSWD: ALL`

/** Starts an sshd that knows one more account, with a home folder of its own and the start-up files in it. */
export function startSshdFor({
  shell = '/bin/sh',
  home = {},
  shadow = '19000:0:99999:7:::',
  sudoers = anythingAsRoot,
  become = true,
  settings = [],
  env = {},
  prepare = '',
}: Account): Promise<Sshd> {
  const files = Object.entries(home).map(([name, content]) => {
    const path = `"$F"/home/${quote(name)}`
    return `mkdir -p "$(dirname ${path})"; printf %s ${quote(content)} > ${path}`
  })
  const script = `
mkdir "$F/home"
cp -a /etc/passwd /etc/shadow /etc/group "$F"
echo "${accountName}:x:${id}:${id}::$F/home:${shell}" >> "$F/passwd"
echo '${accountName}:*:${shadow}' >> "$F/shadow"
echo '${accountName}:x:${id}:' >> "$F/group"
printf '%s\\n' 'Defaults env_reset' 'Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"' \\
  'root ALL=(ALL:ALL) ALL' ${sudoers.split('\n').map(quote).join(' ')} > "$F/sudoers"
chmod 440 "$F/sudoers"
mount --bind "$F/passwd" /etc/passwd
mount --bind "$F/shadow" /etc/shadow
mount --bind "$F/group" /etc/group
mount --bind "$F/sudoers" /etc/sudoers
${files.join('\n')}
chown -R ${id}:${id} "$F/home"
${prepare}`
  return startSshd(env, settings, { user: accountName, become, ownHome: true, prepare: script })
}
