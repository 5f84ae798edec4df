import type { Readiness } from '../../core/action.ts'
import type { BuiltImage } from '../../core/build/index.ts'
import { builtImage } from '../../core/build/built.ts'
import { bytes } from '../../core/text/bytes.ts'
import { timerLength, type Duration } from '../../core/text/duration.ts'
import { canonicalAddress, type PublishedPort } from '../../core/endpoint.ts'
import type { Scope } from '../../core/facts.ts'
import type { Host } from '../../core/host.ts'
import type { Mounted } from '../../core/mount.ts'
import { ref, resolve, type Ref, type Resolved, type Value } from '../../core/ref.ts'
import { declaredTitle } from '../../core/rules/refuse.ts'
import type { Text } from '../../core/secret/index.ts'
import { checkGiven } from './given.ts'
import { preload } from './image.ts'
import { networkingOf, type Networking } from './networking.ts'
import { mapped } from './records.ts'
import { runtimeOf, type RuntimeProps } from './runtime.ts'
import type { ContainerOptions, ContainerPort, MountOptions, MountSource, Ready } from './options.ts'

/** The options of a container, all defaults filled in and all names of ports looked up. */
export interface ContainerProps {
  readonly host: string
  readonly name: string
  readonly scope: Ref<Scope>
  readonly image: Ref<BuiltImage>
  readonly command: readonly Value<string | number>[] | undefined
  readonly entrypoint: readonly Value<string>[] | undefined
  readonly env: Readonly<Record<string, Value<Text | number | boolean>>>
  /** `7000/tcp`, by name. */
  readonly ports: Readonly<Record<string, string>>
  /** What answers at the host: published by Docker, or on the host's own network. */
  readonly published: readonly ({ readonly name: string; readonly container: string } & PublishedPort)[]
  readonly mounts: Readonly<Record<string, MountProps>>
  readonly networking: Networking
  readonly labels: Readonly<Record<string, Value<string>>>
  readonly restart: string
  /** Bytes. */
  readonly memory: number | undefined
  readonly cpus: number | undefined
  readonly user: string | undefined
  readonly workdir: string | undefined
  readonly hostname: string | undefined
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly runtime: RuntimeProps
  readonly ready: Readiness
  /** Milliseconds. */
  readonly readyTimeout: number
  /** Seconds. */
  readonly grace: number
}

export interface MountProps {
  readonly at: Value<Mounted>
  /** The host of what is mounted; undefined for a path. */
  readonly on: string | undefined
  readonly readOnly: boolean | undefined
  readonly restart: boolean | undefined
}

export type ResolvedProps = Resolved<ContainerProps>

/** What options mean; @throws ProvisionError `playbook` for an amount or a time that is none. */
export function propsOf(host: Host, name: string, options: ContainerOptions<string, string>): ContainerProps {
  const title = declaredTitle(host, 'container', name)
  checkGiven(title, options)
  const { image, env = {}, labels = {}, restart = 'unless-stopped', capabilities = {}, ready } = options
  const { add = [], drop = [] } = capabilities
  const { stopTimeout = '10s' } = options
  const { timeout = '60s' } = ready ?? {}
  const built = builtImage(image)
  const ports = new Map(Object.entries(options.ports ?? {}).map(([key, port]) => [key, portOf(port)]))
  const answering =
    options.network === 'host' ? mapped(Object.fromEntries(ports), ({ port }) => port) : options.publish
  const time = (duration: Duration, what: string) => timerLength(duration, `${title}: ${what}`)
  return {
    host: host.name,
    name,
    scope: ref({ label: 'scope' }, (facts) => facts.scope),
    image: ref({ label: image.ref, needs: [preload(host, image)], builds: built.builds }, (facts) =>
      resolve(built, facts),
    ),
    command: options.command,
    entrypoint: options.entrypoint,
    env,
    ports: Object.fromEntries([...ports].map(([key, { port, protocol }]) => [key, `${port}/${protocol}`])),
    published: Object.entries(answering ?? {}).flatMap(([key, at]) => {
      if (at === undefined) return []
      const { port, protocol } = ports.get(key) ?? missing
      const place = typeof at === 'number' ? { port: at, address: '0.0.0.0' } : at
      const address = canonicalAddress(place.address)
      return [{ name: key, container: `${port}/${protocol}`, protocol, port: place.port, address }]
    }),
    mounts: Object.fromEntries(
      Object.entries(options.mounts ?? {}).map(([path, mount]) => [path, mountOf(mount)]),
    ),
    networking: networkingOf(host, options.network),
    labels,
    restart,
    memory: options.memory === undefined ? undefined : bytes(options.memory, `${title}: memory`),
    cpus: options.cpus,
    user: options.user,
    workdir: options.workdir,
    hostname: options.hostname,
    capAdd: add,
    capDrop: drop,
    runtime: runtimeOf(title, options),
    ready: readiness(ready, (key) => (ports.get(key) ?? missing).port),
    readyTimeout: time(timeout, 'ready.timeout'),
    grace: Math.ceil(time(stopTimeout, 'stopTimeout') / 1000),
  }
}

/** Stands for a port that is not declared; no rule lets it pass. */
const missing = { port: 0, protocol: 'tcp' } as const

const portOf = (port: ContainerPort) =>
  typeof port === 'number' ? ({ port, protocol: 'tcp' } as const) : port

function mountOf(mount: MountSource | MountOptions): MountProps {
  const { from, readOnly, restart }: MountOptions =
    typeof mount !== 'string' && 'from' in mount ? mount : { from: mount }
  return typeof from === 'string'
    ? { at: { source: from, writable: true, content: undefined }, on: undefined, readOnly, restart }
    : { at: from.mounted, on: from.host, readOnly, restart }
}

function readiness(ready: Ready<string> | undefined, portNamed: (name: string) => number): Readiness {
  if (!ready) return { by: 'running' }
  if (ready.http !== undefined)
    return { by: 'http', port: portNamed(ready.port), path: ready.http, status: ready.status }
  if (ready.tcp !== undefined) return { by: 'tcp', port: portNamed(ready.tcp) }
  if (ready.log !== undefined) return { by: 'log', pattern: ready.log }
  return ready.command !== undefined ? { by: 'command', argv: ready.command } : { by: 'health' }
}
