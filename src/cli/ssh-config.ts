import type { SshTarget } from '../core/host.ts'
import { ProvisionError } from '../core/error.ts'
import { proxyCommand } from '../transport/ssh/jump.ts'

/** A configuration for the OpenSSH client: each host by its name, with strict host keys and nothing of the user's own. */
export const sshConfigText = (targets: readonly SshTarget[]): string =>
  targets.map((target) => `${stanza(target).join('\n')}\n`).join('\n')

function stanza(target: SshTarget): string[] {
  const { name, address, port, user, knownHosts, hostKeyAlias, revokedHostKeys = [], jump } = target
  return [
    `Host ${value(name)}`,
    `  HostName ${value(address)}`,
    `  Port ${port}`,
    `  User ${value(user)}`,
    ...keysOf(target),
    ...(hostKeyAlias === undefined ? [] : [`  HostKeyAlias ${value(hostKeyAlias)}`]),
    ...(jump === undefined ? [] : [`  ProxyCommand ${proxyCommand(jump)}`]),
    `  UserKnownHostsFile ${knownHosts.map(path).join(' ')}`,
    '  GlobalKnownHostsFile /dev/null',
    // Unlike other paths it is taken as it stands.
    ...(revokedHostKeys.length === 0 ? [] : [`  RevokedHostKeys ${revokedHostKeys.map(value).join(' ')}`]),
    '  StrictHostKeyChecking yes',
    '  UpdateHostKeys no',
    // A host could use a forwarded agent or display as if it were the user.
    '  ForwardAgent no',
    '  ForwardX11 no',
    // A socket for further connections would be open to whoever may write where it lies.
    '  ControlMaster no',
    '  ControlPath none',
  ]
}

/** One key that is named is meant alone; those that OpenSSH's own configuration lists are tried as it says. */
function keysOf({ identityFile, identityFiles, identitiesOnly, identityAgent }: SshTarget): string[] {
  const isAlone = identityFiles === undefined && identityFile !== undefined
  const files = isAlone ? [identityFile] : identityFiles
  return [
    ...(files?.map((file) => `  IdentityFile ${path(file)}`) ?? []),
    ...(files?.length === 0 ? ['  IdentityFile none'] : []),
    ...(isAlone || identitiesOnly === true ? ['  IdentitiesOnly yes'] : []),
    ...(identityAgent === undefined ? [] : [`  IdentityAgent ${agent(identityAgent)}`]),
  ]
}

/** A variable is left to the client; all else is a path. */
const agent = (text: string): string => (/^\$\w+$/.test(text) ? text : path(text))

/** One argument as ssh_config(5) reads it. */
function value(text: string): string {
  const control = new RegExp('[\\u0000-\\u001f\\u007f]')
  if (control.test(text)) {
    throw new ProvisionError(
      'host',
      `${JSON.stringify(text)} cannot stand in the configuration of an SSH client`,
    )
  }
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(text) ? text : `"${text.replace(/(["\\])/g, '\\$1')}"`
}

/** `%` begins a token in paths. */
const path = (text: string): string => value(text.replaceAll('%', '%%'))
