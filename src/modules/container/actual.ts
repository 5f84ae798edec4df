import { label } from '../../core/label.ts'
import type { MountedFile } from '../../core/mount.ts'
import type { ContainerState, ImageState, Stat } from '../../core/probe.ts'
import { isMark, markOf, withMark } from '../../core/secret/index.ts'
import { showNetworks } from './networking.ts'
import type { ResolvedProps } from './props.ts'
import { showArgv, showCpus, showHosts, showMount, type Spec } from './spec.ts'

/** A file whose content matters to a container. */
interface WatchedFile extends MountedFile {
  /** The mount that shows it: a path in the container. */
  readonly target: string
  readonly stat: Stat | undefined
}

/** What is there of a container: itself, what a killed run left, the host's image, and the files that it mounts. */
export interface State {
  readonly container: ContainerState | undefined
  /** Names of containers. */
  readonly leftovers: readonly string[]
  readonly image: ImageState | undefined
  readonly files: readonly WatchedFile[]
  /** Paths on the host of what it mounts, at which resources put something that is there no more. */
  readonly gone: readonly string[]
}

/** Fields that are read from the container itself; of the others only the label tells. */
const observed = /^(?:(?:env|labels|publish|mounts)\.|(?:network|restart|memory|cpus)$)/

/**
 * The spec of a container as it is: what it was made from, as its label says, with everything that can be seen on the
 * container itself as it is seen there.
 */
export function actualSpec(
  container: ContainerState,
  wanted: Spec,
  state: State,
  props: ResolvedProps,
): Spec {
  const made = storedSpec(container)
  const fields: Readonly<Record<string, string | undefined>> = {
    ...Object.fromEntries(Object.entries(made).filter(([field]) => !observed.test(field))),
    ...envOf(container, wanted, made, state.image),
    ...labelsOf(container, wanted, made),
    ...portsOf(container),
    ...mountsOf(container, made, state, props),
    ...('command' in made && { command: showArgv(container.command) }),
    ...('user' in made && { user: container.user }),
    network: showNetworks(container.networks),
    restart: container.restartPolicy === '' ? 'no' : container.restartPolicy,
    memory: memoryOf(container, made),
    cpus: container.nanoCpus > 0 ? showCpus(container.nanoCpus) : undefined,
    ...imageOf(container, state.image, props),
  }
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]])),
  )
}

/** What it was made from; nothing where the label is missing or not ours to read, so that every field differs. */
function storedSpec({ labels }: ContainerState): Spec {
  const value = parsed(labels[label.spec])
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, text]): [string, string][] =>
      typeof text === 'string' ? [[field, withMark(text)]] : [],
    ),
  )
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Its variables without those that are there only because the image sets them. */
function envOf(
  container: ContainerState,
  wanted: Spec,
  made: Spec,
  image: ImageState | undefined,
): Record<string, string> {
  // What an image that is here no more has set cannot be told from what somebody added.
  const base = image?.id === container.imageId ? new Set(image.env) : undefined
  return Object.fromEntries(
    container.env.flatMap((line): [string, string][] => {
      const at = line.indexOf('=')
      const [key, value] = at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
      const field = `env.${key}`
      const isOfImage = base ? base.has(line) : !(field in made)
      if (!(field in wanted) && isOfImage) return []
      const known = [wanted[field], made[field]]
      const isHidden = value !== wanted[field] && known.some((text) => text !== undefined && isMark(text))
      return [[field, isHidden ? markOf(value) : value]]
    }),
  )
}

/** Those of its labels that the playbook sets or has set; the rest may be the image's. */
const labelsOf = ({ labels }: ContainerState, wanted: Spec, made: Spec): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) => {
      const field = `labels.${key}`
      return field in wanted || field in made ? [[field, value]] : []
    }),
  )

/** The ports of its host that it has. Docker knows of none on the host's network: there they are those that it was made with. */
export const portsHeld = (container: ContainerState): ContainerState['ports'] =>
  container.networks.includes('host')
    ? Object.entries(storedSpec(container)).flatMap(([field, host]) =>
        field.startsWith('publish.') ? [{ container: field.slice('publish.'.length), host }] : [],
      )
    : container.ports

function portsOf(container: ContainerState): Record<string, string> {
  const ports = portsHeld(container)
  const hosts = (port: string) => ports.filter(({ container }) => container === port).map(({ host }) => host)
  return Object.fromEntries(
    ports.map(({ container }) => [`publish.${container}`, showHosts(hosts(container))]),
  )
}

function mountsOf(container: ContainerState, made: Spec, state: State, { mounts }: ResolvedProps): Spec {
  return Object.fromEntries(
    container.binds.map((bind) => {
      const [source = '', target = '', ...modes] = bind.split(':')
      const seen = [source, ...modes].join(':')
      const stored = made[`mounts.${target}`]
      // One that runs keeps what it was started with, and never sees what is put there anew.
      if (container.running && state.gone.includes(source))
        return [`mounts.${target}`, showMount(seen, 'gone')]
      if (stored?.replace(/^[0-9a-f]{64} /, '') !== seen) return [`mounts.${target}`, seen]
      const content = mounts[target]?.at.content
      const isAsWanted = content !== undefined && stored === showMount(seen, content.digest)
      const shown = state.files.filter((file) => file.target === target)
      const other = isAsWanted ? otherContent(container, shown) : undefined
      return [`mounts.${target}`, other === undefined ? stored : showMount(seen, other)]
    }),
  )
}

/**
 * What to call the content that a container may have, although it was made for what is wanted: somebody has edited that on the
 * host, or it was started again while there was other content, such as that of a version which did not become ready.
 */
function otherContent(
  { running, hasEnded, startedAt }: ContainerState,
  files: State['files'],
): 'edited' | 'outdated' | undefined {
  if (files.some(({ digest, stat }) => stat?.digest !== undefined && stat.digest !== digest)) return 'edited'
  const since = Date.parse(startedAt)
  return running && hasEnded && files.some(({ stat }) => (stat?.writtenAt ?? 0) > since)
    ? 'outdated'
    : undefined
}

/** An engine without a memory cgroup takes a limit and drops it: no limit at all is told in another way, below zero. */
function memoryOf({ memory }: ContainerState, made: Spec): string | undefined {
  if (memory === 0) return made['memory']
  return memory > 0 ? String(memory) : undefined
}

/** The image that it runs, where that is not the one which the host has by this name now. */
function imageOf({ imageId }: ContainerState, image: ImageState | undefined, props: ResolvedProps): Spec {
  const isCurrent = image?.fingerprint !== props.image.fingerprint || image.id === imageId
  return isCurrent ? {} : { image: `${props.image.ref} ${imageId}` }
}
