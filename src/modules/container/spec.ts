import type { ContainerBody } from '../../core/action.ts'
import { nameOnHosts } from '../../core/build/name-on-hosts.ts'
import { canonicalJson, type Digest } from '../../core/digest.ts'
import { label, resourceLabels } from '../../core/label.ts'
import { resourceId } from '../../core/resource.ts'
import { isSecret, reveal, secretFrom, showable, type Text } from '../../core/secret/index.ts'
import { networkBody, portsTaken, showNetworking } from './networking.ts'
import type { ResolvedProps } from './props.ts'
import { mapped, prefixed } from './records.ts'
import { runtimeBody, runtimeSpec } from './runtime.ts'

/**
 * All that a container is made from, as one flat record: `env.PORT`, `mounts./var/app/app.jar`, `image`. Kept in a label,
 * compared field by field, and shown as it is; so secrets are digests in it.
 */
export type Spec = Readonly<Record<string, string>>

/** The spec of a container as it should be. */
export function specOf(props: ResolvedProps): Spec {
  const { image, command, entrypoint, memory, cpus, user, workdir, hostname, capAdd, capDrop } = props
  const fields: Readonly<Record<string, string | undefined>> = {
    image: `${image.ref} ${image.fingerprint}`,
    command: command && showArgv(command),
    entrypoint: entrypoint && showArgv(entrypoint),
    network: showNetworking(props.networking),
    restart: props.restart,
    memory: memory === undefined ? undefined : String(memory),
    cpus: cpus === undefined ? undefined : showCpus(nanoCpus(cpus)),
    user,
    workdir,
    hostname,
    'capabilities.add': listed(capAdd),
    'capabilities.drop': listed(capDrop),
    stopTimeout: `${props.grace}s`,
    ...runtimeSpec(props.runtime),
    ...prefixed(
      'env',
      mapped(props.env, (value) => showable(textOf(value))),
    ),
    ...prefixed('labels', props.labels),
    ...prefixed(
      'publish',
      mapped(bindingsOf(props), (hosts) => showHosts(hosts.map(showHostPort))),
    ),
    ...prefixed(
      'mounts',
      mapped(props.mounts, (mount) => showMount(bindSource(mount), digestOfMount(mount))),
    ),
  }
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]])),
  )
}

/** What Docker is asked to create. */
export function bodyOf(props: ResolvedProps): ContainerBody {
  const mounts = Object.entries(props.mounts)
  const placed = mounts.filter(([, mount]) => isPlaced(mount))
  const { host, name, command, entrypoint, memory, cpus, user, workdir, hostname, grace } = props
  const { HostConfig, NetworkingConfig } = networkBody(props)
  return {
    Image: nameOnHosts(props.image.ref),
    ...(command && { Cmd: command.map(String) }),
    ...(entrypoint && { Entrypoint: entrypoint }),
    Env: Object.entries(props.env).map(([key, value]) => assignment(key, textOf(value))),
    Labels: {
      ...props.labels,
      ...resourceLabels(props.scope, resourceId({ host, kind: 'container', name })),
      [label.spec]: canonicalJson(specOf(props)),
    },
    ...(user !== undefined && { User: user }),
    ...(workdir !== undefined && { WorkingDir: workdir }),
    ...(hostname !== undefined && { Hostname: hostname }),
    ExposedPorts: Object.fromEntries(Object.values(props.ports).map((port) => [port, {}])),
    StopTimeout: grace,
    HostConfig: {
      // Docker keeps those of a container on the host's network, and does nothing with them.
      PortBindings:
        props.networking.of === 'host' ? {} : mapped(bindingsOf(props), (hosts) => hosts.map(bindingOf)),
      Binds: mounts.filter(([, mount]) => !isPlaced(mount)).map(bindOf),
      ...(placed.length > 0 && { Mounts: placed.map(bindMountOf) }),
      RestartPolicy: { Name: props.restart },
      ...(memory !== undefined && { Memory: memory }),
      ...(cpus !== undefined && { NanoCpus: nanoCpus(cpus) }),
      ...(props.capAdd.length > 0 && { CapAdd: props.capAdd }),
      ...(props.capDrop.length > 0 && { CapDrop: props.capDrop }),
      ...HostConfig,
      ...runtimeBody(props.runtime),
    },
    ...(NetworkingConfig && { NetworkingConfig }),
  }
}

export const showArgv = (argv: readonly (string | number)[]): string => JSON.stringify(argv.map(String))
export const showCpus = (nano: number): string => String(nano / 1e9)
export const showHosts = (hosts: readonly string[]): string => hosts.toSorted().join(',')
/** The digest comes first, because a source may hold blanks. */
export const showMount = (source: string, digest: string | undefined): string =>
  digest === undefined ? source : `${digest} ${source}`

export type MountProps = ResolvedProps['mounts'][string]
type Published = ResolvedProps['published'][number]

/** Whether new content recreates the container. */
export const isWatched = ({ at, restart }: MountProps): boolean => restart ?? at.content?.type === 'file'

/**
 * Whether another resource puts something at its path. Where that is missing when Docker starts the container by itself, as
 * after a reboot, no folder must come into its place.
 */
export const isPlaced = ({ at, on }: MountProps): boolean => on !== undefined && at.source.startsWith('/')

const isReadOnly = ({ at, readOnly }: MountProps): boolean => readOnly ?? !at.writable

const modeOf = (mount: MountProps): string => (isReadOnly(mount) ? ':ro' : '')

/** `/var/www:ro`: how a mount is told, but for its target. */
const bindSource = (mount: MountProps): string => `${mount.at.source}${modeOf(mount)}`

const bindOf = ([target, mount]: [string, MountProps]): string =>
  `${mount.at.source}:${target}${modeOf(mount)}`

const bindMountOf = ([Target, mount]: [string, MountProps]) =>
  ({ Type: 'bind', Source: mount.at.source, Target, ReadOnly: isReadOnly(mount) }) as const

const digestOfMount = (mount: MountProps): Digest | undefined =>
  isWatched(mount) ? mount.at.content?.digest : undefined

const nanoCpus = (cpus: number): number => Math.round(cpus * 1e9)

const listed = (names: readonly string[]): string | undefined =>
  names.length > 0 ? names.toSorted().join(' ') : undefined

const textOf = (value: Text | number | boolean): Text => (isSecret(value) ? value : String(value))

const assignment = (key: string, value: Text): Text =>
  isSecret(value) ? secretFrom(`${key}=${reveal(value)}`, [value]) : `${key}=${value}`

/** What the host publishes, by port of the container. */
function bindingsOf(props: ResolvedProps): Record<string, Published[]> {
  const published = portsTaken(props)
  const ports = [...new Set(published.map(({ container }) => container))]
  return Object.fromEntries(
    ports.map((port) => [port, published.filter(({ container }) => container === port)]),
  )
}

const bindingOf = ({ port, address }: Published) =>
  address === '0.0.0.0' ? { HostPort: String(port) } : { HostIp: address, HostPort: String(port) }

/** As the host's answer shows it: `7000/tcp`, `127.0.0.1:7000/tcp`. */
const showHostPort = ({ port, protocol, address }: Published): string =>
  `${address === '0.0.0.0' ? '' : `${address}:`}${port}/${protocol}`
