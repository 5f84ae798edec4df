import { accountName as user, anythingAsRoot } from '../support/account.ts'
import { noSudo, tryLogins, type LoginRow } from '../support/login-row.ts'

const ownFiles = { owner: { uid: 40_123, gid: 40_123 }, expectRoot: false } as const
const noSudoThere = {
  code: 'host',
  message: new RegExp(`^box: there is no sudo, by which ${user} is to get rights of root$`),
  help: /install sudo on box.*become: false/,
} as const

/** Takes programs of this machine away. */
const without = (...programs: readonly string[]): LoginRow => ({
  prepare: `mount -t tmpfs none /usr/local/bin; ln -s /usr/bin/* /usr/local/bin; rm ${programs.map((name) => `/usr/local/bin/${name}`).join(' ')}`,
  env: { PATH: '/usr/local/bin' },
})

const denied = {
  code: 'action',
  message:
    /^box › .*: (cannot create directory|cannot move|mkdir|.*[Pp]ermission denied|changing ownership.*: Operation not permitted|no folder can be written to)/,
  help: /provision ssh box/,
} as const

tryLogins('rights of root', {
  'sudo without a password': { sample: true, job: { large: 5_000_000 } },
  'sudo asks for a password': { sudoers: `${user} ALL=(ALL) ALL`, expected: noSudo, sample: true },
  'sudo knows nobody of this name': { sudoers: '', expected: noSudo },
  'sudo allows one program only': { sudoers: `${user} ALL=(ALL) NOPASSWD: /bin/ls`, expected: noSudo },
  'sudo wants a terminal': { sudoers: `Defaults requiretty\n${anythingAsRoot}`, expected: noSudo },
  'sudo makes a terminal': { sudoers: `Defaults use_pty\n${anythingAsRoot}`, sample: true },
  'sudo keeps the environment': { sudoers: `Defaults !env_reset\n${anythingAsRoot}` },
  'sudo has a lecture to give': { sudoers: `Defaults lecture=always\n${anythingAsRoot}` },
  'sudo sets umask 077': { sudoers: `Defaults umask=077, umask_override\n${anythingAsRoot}` },
  'sudo with a file that cannot be read': { sudoers: 'this is no line of sudoers\n', expected: noSudo },
  'sudo by way of another user': {
    sudoers: `Defaults runas_default=nobody\n${anythingAsRoot}`,
    expected: denied,
    job: { small: 1 },
  },
  'there is no sudo': { ...without('sudo'), expected: noSudoThere, sample: true },
  'there is doas, but no sudo': {
    ...without('sudo'),
    needs: '/usr/bin/doas',
    expected: noSudoThere,
  },
  'none are asked for': { become: false, job: ownFiles, sample: true },
  'none are asked for, with a large file': { become: false, job: { ...ownFiles, large: 5_000_000 } },
  'none are asked for, but needed': { become: false, job: { small: 1, expectRoot: false }, expected: denied },
})

const expired = {
  code: 'host',
  message: /^box: ptester@.* refuses the login with key/,
  help: /authorized_keys|expired/,
} as const

tryLogins('accounts', {
  'an account that has expired': { shadow: '19000:0:99999:7::1:', expected: expired },
  'an account that is locked': {
    prepare: `sed 's/^${user}:[*]/${user}:!/' "$F/shadow" > "$F/other"; cat "$F/other" > "$F/shadow"`,
    expected: expired,
  },
  // It is asked for by PAM alone.
  'a password that has expired': { shadow: '0:0:99999:7:::' },
  'a password that has expired, with PAM': {
    shadow: '0:0:99999:7:::',
    settings: ['UsePAM yes'],
    expected: {
      code: 'host',
      message: /^box: the login shell of ptester runs no commands/,
      output: /[Pp]assword/,
      help: /./,
    },
  },
  'a login by way of PAM': { settings: ['UsePAM yes', 'PrintMotd yes', 'PrintLastLog yes'] },
})
