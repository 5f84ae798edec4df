import { showDuration } from '../../core/text/duration.ts'
import { isProvisionError, ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import { fingerprintOf, keyType, knownHostsLine, nameOf, recordedFor } from './known-hosts.ts'
import type { HostName, KnownHost, Verdict } from './known-hosts.ts'

/** `core@192.168.60.3`, with the port where it is not 22. */
const loginOf = ({ user, address, port }: SshTarget): string =>
  `${user}@${address}${port === 22 ? '' : `, port ${port}`}`

/** Why no connection came about, from what the socket said. */
export function dialError(target: SshTarget, error: unknown, timeout: number, greeting = ''): ProvisionError {
  const { name, address, port } = target
  const at = `${address}, port ${port}`
  const [what, help] = reasonAndHelp(systemCode(error))
  const output = greeting.trim() === '' ? undefined : `it said: ${greeting.trim()}`
  return new ProvisionError('host', `${name}: ${at}: ${what ?? reasonOf(error)}`, {
    output,
    help,
    cause: error,
  })

  function reasonAndHelp(code: string | undefined): readonly [string | undefined, string] {
    switch (code) {
      case 'ECONNREFUSED':
        return ['nothing listens there', `start sshd on ${name}, or correct the port`]
      case 'ETIMEDOUT':
        return [
          `no answer within ${timeout / 1000} s`,
          `look whether ${name} is up and whether a firewall is in between: ping ${address}`,
        ]
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        return ['there is no host of this name', 'correct the address']
      case 'EHOSTUNREACH':
      case 'ENETUNREACH':
        return ['there is no way to this address', `look whether ${name} is up: ping ${address}`]
      case 'ECONNRESET':
      case 'EPIPE':
        return [
          'the connection was cut before it was ready',
          `look at the log of sshd on ${name}, and whether it is sshd that listens there; beyond its MaxStartups it drops logins`,
        ]
      case 'EPROTO':
        return [
          `what answers there speaks no SSH: ${reasonOf(error)}`,
          `correct the port, or look what listens there: on ${name}, ss -ltnp`,
        ]
      default:
        return [undefined, `look whether ${name} is up: ssh -p ${port} ${target.user}@${address}`]
    }
  }
}

/** Why a host was refused for its key. */
export function keyError(
  { name, knownHosts }: SshTarget,
  host: HostName,
  known: readonly KnownHost[],
  verdict: Exclude<Verdict, 'trusted'>,
  key: Buffer,
): ProvisionError {
  const shown = `it shows ${keyType(key)} ${fingerprintOf(key)}`
  const file = knownHosts[0] ?? '~/.ssh/known_hosts'
  const called = nameOf(host)
  if (verdict === 'unknown') {
    return new ProvisionError('host', `${name}: the host key of ${called} is not known`, {
      output: `${shown}\n${knownHostsLine(host, key)}`,
      help: `compare the fingerprint with the host's own, then append the line above to ${file}`,
    })
  }
  if (verdict === 'revoked') {
    return new ProvisionError('host', `${name}: THE HOST KEY OF ${called} IS REVOKED, so nothing was sent`, {
      output: shown,
      help: 'give the host a new key',
    })
  }
  const recorded = recordedFor(known, host).map(
    (line) => `${line.place}: ${fingerprintOf(Buffer.from(line.key, 'base64'))}`,
  )
  return new ProvisionError(
    'host',
    `${name}: THE HOST KEY OF ${called} HAS CHANGED: it is another machine, or somebody is in between; nothing was sent`,
    {
      output: [shown, 'recorded:', ...recorded].join('\n'),
      help: `only if you know why it changed: ssh-keygen -R '${called}' -f ${file}, then record the new key`,
    },
  )
}

/**
 * Why a host let nobody in.
 * @param said what it said when it ended the talk itself, which sshd does when too many keys are tried
 */
export const loginError = (
  target: SshTarget,
  tried: string,
  said: string | undefined,
  cause: unknown,
): ProvisionError =>
  new ProvisionError('host', `${target.name}: ${loginOf(target)} refuses the login with ${tried}`, {
    output: said === undefined ? undefined : `the host says: ${said}`,
    help:
      said !== undefined
        ? `name the one key to use: \`identityFile\` in the file of hosts, or IdentityFile and IdentitiesOnly in OpenSSH's configuration`
        : `put the public key into ~${target.user}/.ssh/authorized_keys on ${target.name}, or correct user and identityFile; the log of sshd there tells why`,
    cause,
  })

/** Why an open connection is none any more. `silence` is what was heard last, when it was given up for that. Milliseconds. */
export const lostError = (name: string, cause: unknown, silence?: number): ProvisionError =>
  new ProvisionError('host', `${name}: the connection was lost${whyLost(cause, silence)}`, {
    retryAfter: `look whether ${name} is up`,
    cause,
  })

/** Why a connection is lost, by its signal that is aborted. */
export const lossOf = (name: string, { reason }: AbortSignal): ProvisionError =>
  isProvisionError(reason) ? reason : lostError(name, reason)

function whyLost(cause: unknown, silence: number | undefined): string {
  if (silence !== undefined) return `: nothing was heard of the host for ${showDuration(silence)}`
  return cause === undefined ? '' : `: ${reasonOf(cause)}`
}
