import { itemsProblem, quoted } from '../../core/rules/index.ts'
import { shownValue } from '../../core/text/shown-value.ts'
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

/** Why something is no list of capabilities: playbooks run without a type check. */
export const capabilitiesProblem = (what: string, given: unknown): string | undefined =>
  itemsProblem(what, given, 'capabilities', (name, place) => {
    if (typeof name === 'string' && known.has(name)) return undefined
    const near = typeof name === 'string' ? nearest(name, known) : undefined
    const help = near === undefined ? 'write it like "NET_ADMIN"' : `did you mean ${quoted(near)}?`
    return `${place}: ${shownValue(name)} is not a capability of Linux (${help})`
  })
