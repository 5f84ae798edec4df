import { nameOnHosts } from '../../core/build/name-on-hosts.ts'
import { nameClaim, portClaim } from '../../core/graph/claim.ts'
import { endpointOf, isEverywhere, isLoopback, type PublishedPort } from '../../core/endpoint.ts'
import { factOf, type Facts } from '../../core/facts.ts'
import type { Host } from '../../core/host.ts'
import { formerName, nameInMaking } from '../../core/making.ts'
import { defineModule, type ResourceOptions } from '../../core/module.ts'
import type { NetworkResource } from '../../core/mount.ts'
import { noText } from '../../core/no-text.ts'
import { refuseForeign } from '../../core/owned.ts'
import type { Stat } from '../../core/probe.ts'
import { ref } from '../../core/ref.ts'
import { resourceTitle, type Resource } from '../../core/resource.ts'
import { strictRecord } from '../../core/rules/strict.ts'
import type { State } from './actual.ts'
import { portsTaken } from './networking.ts'
import type { ContainerNetwork, ContainerOptions, PortRefs } from './options.ts'
import { containerChanges, containerRemedy, containerSettling } from './plan.ts'
import { propsOf, type ContainerProps, type ResolvedProps } from './props.ts'
import { checkResolved, containerProblem } from './rules.ts'
import { isPlaced, isWatched, type MountProps } from './spec.ts'

/** A container on a host, and where its published ports answer. */
export interface Container<P extends string = string> extends Resource {
  /**
   * `rabbit.at.amqp.host`: by the names of its published ports, or of all on the host's network. To use one makes the user wait
   * until it is ready.
   */
  readonly at: { readonly [K in P]: PortRefs }
  /** The names of these ports. */
  readonly publishes: readonly P[]
}

const resource = defineModule({
  kind: 'container',
  validate: (props: ContainerProps) => containerProblem(props),
  claims: (props) => [nameClaim('container', props.name), ...portsTaken(props).map(portClaim)],
  probe: (props) => {
    checkResolved(props)
    return {
      container: { ask: 'container', name: props.name } as const,
      leftovers: namesLeft(props).map((name) => ({ ask: 'container', name, usually: 'absent' }) as const),
      image: { ask: 'image', ref: nameOnHosts(props.image.ref) } as const,
      files: watchedFiles(props).map(({ path }) => ({ ask: 'stat', path, times: true }) as const),
      placed: placedMounts(props).map(
        ({ at }) => ({ ask: 'stat', path: at.source, mounted: at.content?.type === 'file' }) as const,
      ),
    }
  },
  parse: ({ container, leftovers, image, files, placed }, props): State => {
    const identity = { host: props.host, kind: 'container', name: props.name }
    if (container) refuseForeign(identity, props.name, container.labels, props.scope)
    const left = namesLeft(props).filter((name, i) => {
      const found = leftovers[i]
      if (found) refuseForeign(identity, name, found.labels, props.scope)
      return found !== undefined
    })
    const gone = placedMounts(props).filter((mount, i) => isLost(mount, placed[i]))
    const found = watchedFiles(props).map((file, i) => ({ ...file, stat: files[i] }))
    return { container, leftovers: left, image, files: found, gone: gone.map(({ at }) => at.source) }
  },
  diff: containerChanges,
  remedy: containerRemedy,
  settling: containerSettling,
})

/** What a run that was killed may have left. */
const namesLeft = ({ name }: { readonly name: string }) => [nameInMaking(name), formerName(name)]

/** The files whose content matters to the container, and by which mount it sees them. */
const watchedFiles = ({ mounts }: Parameters<typeof checkResolved>[0]) =>
  Object.entries(mounts).flatMap(([target, mount]) =>
    isWatched(mount) ? (mount.at.content?.files ?? []).map((file) => ({ ...file, target })) : [],
  )

/** What is mounted of what other resources put on the host. */
const placedMounts = ({ mounts }: ResolvedProps) => Object.values(mounts).filter(isPlaced)

/** Whether it is there no more, and matters: a single file only where its content does. */
const isLost = (mount: MountProps, stat: Stat | undefined): boolean =>
  (stat === undefined || stat.isEmpty === true) && (isWatched(mount) || mount.at.content?.type !== 'file')

/**
 * A container on a host. It is compared field by field with what it was made from and with what it is; any difference
 * recreates it, and the plan names the field. The old one is kept until the new one is ready, and started again when that
 * fails, on what its mounts hold by then. A container of this name that was not made for this resource is never touched: the run stops with a `conflict`.
 * @param name its name in Docker; letters, digits, `_`, `.` and `-`
 * @throws ProvisionError `playbook` for a memory or time that is none
 */
export function container<
  const P extends string = never,
  const Q extends P = never,
  const N extends ContainerNetwork = NetworkResource,
>(
  host: Host,
  name: string,
  options: ContainerOptions<P, Q, N>,
  more?: ResourceOptions,
): Container<[N] extends ['host'] ? P : Q>
export function container(
  host: Host,
  name: string,
  options: ContainerOptions<string, string>,
  more?: ResourceOptions,
): Container {
  const props = propsOf(host, name, options)
  const made = resource(host, name, props, more)
  const published = Object.fromEntries(
    props.published.map(({ name: key, port, protocol, address }) => [key, { port, protocol, address }]),
  )
  const refs = Object.fromEntries(
    Object.entries(published).map(([key, port]) => [key, portRefs(made, key, port)]),
  )
  const title = resourceTitle(made)
  const all = noText(refs, `all ports of ${title}`, 'name one of them, as `.at.http.url`')
  const at = strictRecord(all, `${title}: it publishes no port`)
  return Object.assign(made, { at, publishes: Object.keys(published), published })
}

function portRefs(made: Resource, key: string, published: PublishedPort): PortRefs {
  const { host, name } = made
  const { address } = published
  const what = `${host}/${name}.at.${key}`
  const read = (facts: Facts) =>
    endpointOf(key, isEverywhere(address) ? factOf(facts.hosts, 'host', host).address : address, published)
  const origin = (field: keyof PortRefs) => {
    const label = `${what}.${field}`
    return { label, needs: [made], within: isLoopback(address) ? [{ label, host, address }] : [] }
  }
  const refs = {
    host: ref(origin('host'), (facts) => read(facts).host),
    port: ref(origin('port'), (facts) => read(facts).port),
    url: ref(origin('url'), (facts) => read(facts).url),
  }
  return noText(refs, what, 'write text`…` with `.url` of it, or `.host` and `.port`')
}
