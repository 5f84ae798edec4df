import { isIP } from 'node:net'
import type { ContainerBody } from '../../core/action.ts'
import { isRef, type Resolved, type Value } from '../../core/ref.ts'
import {
  driverProblem,
  firstProblem,
  itemsProblem,
  modeProblem,
  pathProblem,
  quoted,
  recordProblem,
  textProblem,
  flagProblem,
} from '../../core/rules/index.ts'
import { refuseUnknown, type OptionNames } from '../../core/rules/known-options.ts'
import { refuseIf } from '../../core/rules/refuse.ts'
import { bytes, type Bytes } from '../../core/text/bytes.ts'
import { shownValue } from '../../core/text/shown-value.ts'
import { mapped, prefixed } from './records.ts'
import type { LoggingOptions, RuntimeOptions, TmpfsOptions, Ulimit } from './runtime-options.ts'

/** What a container runs with, all defaults filled in. */
export interface RuntimeProps {
  readonly init: boolean
  readonly readOnly: boolean
  readonly noNewPrivileges: boolean
  /** Bytes. */
  readonly shmSize: number | undefined
  /** Options of the mount, as Docker takes them, by path. */
  readonly tmpfs: Readonly<Record<string, string>>
  readonly ulimits: Readonly<Record<string, Ulimit>>
  readonly extraHosts: Readonly<Record<string, Value<string>>>
  readonly devices: readonly string[]
  readonly sysctls: Readonly<Record<string, string>>
  readonly logging: LoggingOptions | undefined
}

const tmpfsNames: OptionNames<TmpfsOptions> = { size: true, mode: true, exec: true }
const ulimitNames: OptionNames<Ulimit> = { soft: true, hard: true }
const loggingNames: OptionNames<LoggingOptions> = { driver: true, options: true }

/** Those of Linux, as Docker names them. */
const limits: readonly string[] = [
  ...['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss'],
  ...['rtprio', 'rttime', 'sigpending', 'stack'],
]

/** Settings that a container has of its own; runc takes no others. */
const ownSysctl =
  /^(?:net\.|fs\.mqueue\.|kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$)/

/**
 * What options mean.
 * @throws ProvisionError `playbook` for one that is not as its type, which no compiler may have looked at, or that Linux
 * or Docker would not take
 */
export function runtimeOf(title: string, options: RuntimeOptions): RuntimeProps {
  const {
    init = false,
    readOnly = false,
    noNewPrivileges = false,
    shmSize,
    tmpfs = {},
    ulimits = {},
    extraHosts = {},
    devices = [],
    sysctls = {},
    logging,
  } = options
  refuseIf(
    title,
    firstProblem(
      flagProblem('init', init),
      flagProblem('readOnly', readOnly),
      flagProblem('noNewPrivileges', noNewPrivileges),
      recordProblem('tmpfs', tmpfs, (path) => mountProblem(`tmpfs`, path)),
      recordProblem('ulimits', ulimits, limitProblem),
      recordProblem('extraHosts', extraHosts, (name, address) =>
        firstProblem(
          /^[\w.-]+$/.test(name) ? undefined : `extraHosts: ${quoted(name)} is not a host name`,
          isRef(address) ? undefined : addressProblem(name, address),
        ),
      ),
      itemsProblem('devices', devices, 'paths', (path, place) => mountProblem(place, path)),
      recordProblem('sysctls', sysctls, sysctlProblem),
    ),
  )
  if (logging !== undefined) checkLogging(title, logging)
  const size = (amount: Bytes, what: string): number => {
    const count = bytes(amount, `${title}: ${what}`)
    refuseIf(title, count > 0 ? undefined : `${what}: ${count} bytes hold nothing`)
    return count
  }
  return {
    init,
    readOnly,
    noNewPrivileges,
    shmSize: shmSize === undefined ? undefined : size(shmSize, 'shmSize'),
    tmpfs: mapped(tmpfs, (given, path) => {
      const folder = typeof given === 'object' ? given : { size: given }
      refuseUnknown(`${title}: tmpfs.${path}`, folder, tmpfsNames)
      const { mode, exec = false } = folder
      refuseIf(
        title,
        firstProblem(modeProblem(`tmpfs.${path}`, mode), flagProblem(`tmpfs.${path}.exec`, exec)),
      )
      return [
        ...(folder.size === undefined ? [] : [`size=${size(folder.size, `tmpfs.${path}`)}`]),
        ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
        ...(exec ? ['exec'] : []),
      ].join()
    }),
    ulimits: mapped(ulimits, (limit, name) => {
      if (typeof limit === 'number') return { soft: limit, hard: limit }
      refuseUnknown(`${title}: ulimits.${name}`, limit, ulimitNames)
      return limit
    }),
    extraHosts,
    devices,
    sysctls: mapped(sysctls, String),
    logging,
  }
}

/** Rules for what is known only once references are resolved. */
export const runtimeProblem = ({ extraHosts }: Resolved<RuntimeProps>): string | undefined =>
  firstProblem(...Object.entries(extraHosts).map(([name, address]) => addressProblem(name, address)))

/** The fields of it that a container is compared by: none for what is not said. */
export const runtimeSpec = (runtime: Resolved<RuntimeProps>): Readonly<Record<string, string>> => ({
  ...(runtime.init && { init: 'true' }),
  ...(runtime.readOnly && { readOnly: 'true' }),
  ...(runtime.noNewPrivileges && { noNewPrivileges: 'true' }),
  ...(runtime.shmSize !== undefined && { shmSize: String(runtime.shmSize) }),
  ...prefixed('tmpfs', runtime.tmpfs),
  ...prefixed(
    'ulimits',
    mapped(runtime.ulimits, ({ soft, hard }) => `${soft}:${hard}`),
  ),
  ...prefixed('extraHosts', runtime.extraHosts),
  ...prefixed('devices', Object.fromEntries(runtime.devices.map((path) => [path, 'rwm']))),
  ...prefixed('sysctls', runtime.sysctls),
  ...(runtime.logging && { 'logging.driver': runtime.logging.driver }),
  ...prefixed('logging.options', runtime.logging?.options ?? {}),
})

/** What Docker is asked for. */
export const runtimeBody = (runtime: Resolved<RuntimeProps>): Partial<ContainerBody['HostConfig']> => ({
  ...(runtime.init && { Init: true }),
  ...(runtime.readOnly && { ReadonlyRootfs: true }),
  ...(runtime.noNewPrivileges && { SecurityOpt: ['no-new-privileges:true'] }),
  ...(runtime.shmSize !== undefined && { ShmSize: runtime.shmSize }),
  ...(isAny(runtime.tmpfs) && { Tmpfs: runtime.tmpfs }),
  ...(isAny(runtime.ulimits) && {
    Ulimits: Object.entries(runtime.ulimits).map(([Name, { soft: Soft, hard: Hard }]) => ({
      Name,
      Soft,
      Hard,
    })),
  }),
  ...(isAny(runtime.extraHosts) && {
    ExtraHosts: Object.entries(runtime.extraHosts).map(([name, address]) => `${name}:${address}`),
  }),
  ...(isAny(runtime.devices) && {
    Devices: runtime.devices.map((path) => ({
      ...{ PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rwm' },
    })),
  }),
  ...(isAny(runtime.sysctls) && { Sysctls: runtime.sysctls }),
  ...(runtime.logging && {
    LogConfig: { Type: runtime.logging.driver, Config: runtime.logging.options ?? {} },
  }),
})

/** Of what has to be known as it is written: not even a reference will do. */
const plainProblem = (what: string, value: unknown): string | undefined =>
  typeof value === 'string' ? textProblem(what, value) : `${what}: ${shownValue(value)} is not a text`

const mountProblem = (what: string, path: unknown): string | undefined =>
  firstProblem(
    pathProblem(what, path),
    String(path).includes(':') ? `${what}: ${quoted(path)} has a ":" in it` : undefined,
  )

function limitProblem(name: string, limit: unknown): string | undefined {
  if (!limits.includes(name)) return `ulimits: ${quoted(name)} is none of ${limits.join(', ')}`
  const { soft, hard }: Partial<Record<string, unknown>> =
    typeof limit === 'object' && limit !== null
      ? Object.fromEntries(Object.entries(limit))
      : { soft: limit, hard: limit }
  const wrong = [soft, hard].find(
    (one) => !(typeof one === 'number' && Number.isSafeInteger(one) && one >= -1),
  )
  if (typeof soft !== 'number' || typeof hard !== 'number' || wrong !== undefined)
    return `ulimits.${name}: ${shownValue(limit)} is not a limit (a whole number, -1 for none, or { soft, hard })`
  const isAbove = hard !== -1 && (soft === -1 || soft > hard)
  return isAbove ? `ulimits.${name}: its soft limit ${soft} is above the hard one, ${hard}` : undefined
}

const addressProblem = (name: string, address: unknown): string | undefined =>
  typeof address === 'string' && (isIP(address) > 0 || address === 'host-gateway')
    ? undefined
    : `extraHosts.${name}: ${shownValue(address)} is not an IP address`

const sysctlProblem = (name: string, value: unknown): string | undefined =>
  ownSysctl.test(name)
    ? Number.isFinite(value)
      ? undefined
      : plainProblem(`sysctls.${name}`, value)
    : `sysctls: ${quoted(name)} is not a setting that a container has of its own`

function checkLogging(title: string, logging: LoggingOptions): void {
  refuseUnknown(`${title}: logging`, logging, loggingNames)
  refuseIf(
    title,
    firstProblem(
      driverProblem('logging.driver', logging.driver),
      recordProblem('logging.options', logging.options ?? {}, (name, value) =>
        plainProblem(`logging.options.${name}`, value),
      ),
    ),
  )
}

const isAny = (record: object): boolean => Object.keys(record).length > 0
