import { isImage } from '../../core/build/index.ts'
import { refuseUnknown, type OptionNames } from '../../core/rules/known-options.ts'
import { isPlain, isRef } from '../../core/ref.ts'
import { refuseIf } from '../../core/rules/refuse.ts'
import { firstProblem, recordProblem } from '../../core/rules/index.ts'
import { shownValue } from '../../core/text/shown-value.ts'
import { networkProblem } from './networking.ts'
import { portsProblem, refuseNoPort } from './ports.ts'
import type { ContainerOptions, ContainerPort, HostPort, MountOptions, Ready } from './options.ts'

const names: OptionNames<ContainerOptions<string, string>> = {
  image: true,
  command: true,
  entrypoint: true,
  env: true,
  ports: true,
  publish: true,
  mounts: true,
  network: true,
  labels: true,
  restart: true,
  memory: true,
  cpus: true,
  user: true,
  workdir: true,
  hostname: true,
  capabilities: true,
  init: true,
  readOnly: true,
  noNewPrivileges: true,
  shmSize: true,
  tmpfs: true,
  ulimits: true,
  extraHosts: true,
  devices: true,
  sysctls: true,
  logging: true,
  ready: true,
  stopTimeout: true,
}

type Place<T> = Exclude<T, number | string | undefined>

const portNames: OptionNames<Place<ContainerPort>> = { port: true, protocol: true }
const placeNames: OptionNames<Place<HostPort>> = { port: true, address: true }
const mountNames: OptionNames<MountOptions> = { from: true, readOnly: true, restart: true }
const capabilityNames: OptionNames<NonNullable<Options['capabilities']>> = { add: true, drop: true }
const readyNames: OptionNames<Ready<string>> = {
  http: true,
  port: true,
  status: true,
  tcp: true,
  log: true,
  command: true,
  health: true,
  timeout: true,
}
/** What goes with each way to tell that a container is ready. */
const readyWays: Readonly<Record<string, Readonly<Record<string, true>>>> = {
  http: { http: true, port: true, status: true, timeout: true },
  tcp: { tcp: true, timeout: true },
  log: { log: true, timeout: true },
  command: { command: true, timeout: true },
  health: { health: true, timeout: true },
}

type Options = ContainerOptions<string, string>

/**
 * Looks at what the compiler would have looked at: playbooks run without a type check.
 * @throws ProvisionError `playbook`
 */
export function checkGiven(title: string, options: Options): void {
  refuseUnknown(title, options, names)
  const { image, network, env = {}, labels = {}, mounts = {}, ports = {}, publish = {} } = options
  const { capabilities, ready } = options
  refuseIf(title, recordsProblem({ env, labels, mounts, ports, publish }))
  const refuseIn = (what: string, given: unknown, known: Readonly<Record<string, true>>): void => {
    if (isPlain(given) && !isRef(given)) refuseUnknown(`${title}: ${what}`, given, known)
  }
  for (const [key, port] of Object.entries(ports)) refuseIn(`ports.${key}`, port, portNames)
  for (const [key, place] of Object.entries(publish)) refuseIn(`publish.${key}`, place, placeNames)
  for (const [path, mount] of Object.entries(mounts)) {
    if (!has(mount, 'kind')) refuseIn(`mounts.${path}`, mount, mountNames)
  }
  if (capabilities !== undefined) refuseUnknown(`${title}: capabilities`, capabilities, capabilityNames)
  const problem = firstProblem(
    portsProblem(ports, publish),
    isImage(image) ? undefined : `image: ${shownValue(image)} is not an image (write image("…"))`,
    networkProblem(network, publish),
    ...Object.entries(mounts).map(([path, mount]) => {
      const source: unknown = has(mount, 'from') ? mount.from : mount
      return typeof source === 'string' || has(source, 'mounted')
        ? undefined
        : `mounts.${path}: ${shownValue(source)} cannot be mounted`
    }),
    ready === undefined ? undefined : readyProblem(title, ready),
  )
  refuseIf(title, problem)
  for (const [key, place] of Object.entries(publish))
    if (place !== undefined) refuseNoPort(`${title}: publish`, key, ports)
  if (ready?.http !== undefined) refuseNoPort(`${title}: ready.port`, ready.port, ports)
  if (ready?.tcp !== undefined) refuseNoPort(`${title}: ready.tcp`, ready.tcp, ports)
}

const recordsProblem = (records: Readonly<Record<string, unknown>>): string | undefined =>
  firstProblem(...Object.entries(records).map(([what, record]) => recordProblem(what, record)))

/** Neither none nor two of the ways to tell; @throws ProvisionError `playbook` for what goes with another. */
function readyProblem(title: string, ready: Ready<string>): string | undefined {
  const what = `${title}: ready`
  refuseUnknown(what, ready, readyNames)
  const given = new Map(Object.entries(ready).filter(([, value]) => value !== undefined && value !== null))
  const [way, ...others] = Object.keys(readyWays).filter((one) => given.has(one))
  if (way === undefined || others.length > 0)
    return 'ready: needs one of `http`, `tcp`, `log`, `command` and `health`'
  refuseUnknown(what, ready, readyWays[way] ?? readyNames)
  const health: unknown = given.get('health')
  return health === undefined || health === 'healthy'
    ? undefined
    : `ready.health: ${shownValue(health)} is not "healthy", which is all that can be waited for`
}

const has = <F extends string>(value: unknown, field: F): value is Readonly<Record<F, unknown>> =>
  typeof value === 'object' && value !== null && field in value
