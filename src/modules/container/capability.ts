import { quoted } from '../../core/rules/index.ts'
import { nearest } from '../../core/text/suggest.ts'

/** All that Linux knows, capabilities(7), as Docker calls them. */
const names = [
  'AUDIT_CONTROL',
  'AUDIT_READ',
  'AUDIT_WRITE',
  'BLOCK_SUSPEND',
  'BPF',
  'CHECKPOINT_RESTORE',
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'IPC_LOCK',
  'IPC_OWNER',
  'KILL',
  'LEASE',
  'LINUX_IMMUTABLE',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'MKNOD',
  'NET_ADMIN',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_RAW',
  'PERFMON',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYSLOG',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_CHROOT',
  'SYS_MODULE',
  'SYS_NICE',
  'SYS_PACCT',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'WAKE_ALARM',
] as const

type Name = (typeof names)[number]

/** A capability of Linux: `NET_ADMIN`, or `CAP_NET_ADMIN`; `ALL` is all of them. */
export type Capability = Name | `CAP_${Name}` | 'ALL'

const known: ReadonlySet<string> = new Set(['ALL', ...names.flatMap((name) => [name, `CAP_${name}`])])

/** Why a text does not name a capability: playbooks run without a type check. */
export function capabilityProblem(what: string, name: string): string | undefined {
  if (known.has(name)) return undefined
  const near = nearest(name, known)
  const example = near === undefined ? 'write it like "NET_ADMIN"' : `did you mean ${quoted(near)}?`
  return `${what}: ${quoted(name)} is not a capability of Linux (${example})`
}
