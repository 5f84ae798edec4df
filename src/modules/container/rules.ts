import { isIP } from 'node:net'
import { ProvisionError } from '../../core/error.ts'
import { ownName } from '../../core/making.ts'
import { compilePattern } from '../../core/text/pattern.ts'
import { isRef } from '../../core/ref.ts'
import { resourceTitle } from '../../core/resource.ts'
import {
  argvProblem,
  dockerNameProblem,
  envNameProblem,
  firstProblem,
  flagProblem,
  hiddenWordProblem,
  pathProblem,
  portProblem,
  quoted,
  textProblem,
  userProblem,
  wordProblem,
  wordsProblem,
} from '../../core/rules/index.ts'
import { shownValue } from '../../core/text/shown-value.ts'
import { capabilitiesProblem } from './capability.ts'
import { networkingProblem } from './networking.ts'
import type { ContainerProps, ResolvedProps } from './props.ts'
import { runtimeProblem } from './runtime.ts'

/** Docker refuses containers with less. */
const leastMemory = 6 * 1024 ** 2

const restarts: readonly string[] = ['no', 'always', 'unless-stopped', 'on-failure']

/** Rules that types cannot say, looked at before any host is. */
export const containerProblem = (props: ContainerProps): string | undefined =>
  firstProblem(
    dockerNameProblem('name', props.name),
    ownName(props.name) !== props.name
      ? `name: ${quoted(props.name)} is one that this tool gives to containers in the making`
      : undefined,
    ...Object.entries(props.ports).flatMap(([key, port]) => [
      portProblem(`ports.${key}`, Number(port.split('/')[0])),
      /^\d+\/(tcp|udp)$/.test(port)
        ? undefined
        : `ports.${key}: ${quoted(port)} is neither a TCP nor a UDP port`,
    ]),
    ...props.published.flatMap(({ name, port, address }) => [
      portProblem(`publish.${name}`, port),
      isIP(address) > 0 ? undefined : `publish.${name}: ${quoted(address)} is not an IP address`,
    ]),
    ...readyProblems(props),
    ...Object.entries(props.mounts).flatMap(([path, { at, on, readOnly, restart }]) => [
      flagProblem(`mounts.${path}: readOnly`, readOnly),
      flagProblem(`mounts.${path}: restart`, restart),
      elsewhere(`mounts.${path}`, on, props.host),
      bindProblem('mounts', path),
      isRef(at) ? undefined : bindProblem(`mounts.${path}`, at.source),
    ]),
    ...(props.networking.of === 'host' ? [] : props.networking.joined).map(({ on }) =>
      elsewhere('network', on, props.host),
    ),
    networkingProblem(props),
    ...Object.keys(props.env).map(envNameProblem),
    ...Object.keys(props.labels).map(labelProblem),
    limitProblem(props),
    restarts.includes(props.restart)
      ? undefined
      : `restart: ${shownValue(props.restart)} is none of ${restarts.join(', ')}`,
    capabilitiesProblem('capabilities.add', props.capAdd),
    capabilitiesProblem('capabilities.drop', props.capDrop),
    props.workdir === undefined || props.workdir === '/' ? undefined : pathProblem('workdir', props.workdir),
    props.hostname === undefined ? undefined : hostnameProblem(props.hostname),
    props.user === undefined ? undefined : userProblem('user', props.user),
    ...textProblems(props),
  )

/** The same for values that are known only now; @throws ProvisionError `playbook` */
export function checkResolved(props: ResolvedProps): void {
  const problem = firstProblem(
    ...textProblems(props),
    runtimeProblem(props.runtime),
    ...Object.entries(props.mounts).map(([path, { at }]) =>
      at.source.includes(':') ? colon(`mounts.${path}`, at.source) : undefined,
    ),
  )
  if (problem === undefined) return
  const title = resourceTitle({ host: props.host, kind: 'container', name: props.name })
  throw new ProvisionError('playbook', `${title}: ${problem}`, { help: 'correct it in the playbook' })
}

type Texts = Pick<ContainerProps, 'env' | 'labels' | 'command' | 'entrypoint' | 'ready'>

const textProblems = ({ env, labels, command, entrypoint, ready }: Texts): (string | undefined)[] => [
  ...Object.entries(env).map(([key, value]) => hiddenWordProblem(`env.${key}`, value)),
  ...Object.entries(labels).map(([key, value]) => textProblem(`labels.${key}`, value)),
  command === undefined ? undefined : commandProblem(command),
  entrypoint === undefined ? undefined : argvProblem('entrypoint', entrypoint),
  ready.by === 'command' ? argvProblem('ready.command', ready.argv) : undefined,
]

/** An empty one would be no other than the image's own. */
const commandProblem = (command: readonly unknown[]): string | undefined =>
  Array.isArray(command) && command.length === 0
    ? "command: is empty; leave it out for the image's own"
    : wordsProblem('command', command, wordProblem)

const hostnameProblem = (name: unknown): string | undefined =>
  typeof name === 'string' && /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?$/.test(name)
    ? undefined
    : `hostname: ${shownValue(name)} is not a host name`

function readyProblems({ ready, ports }: ContainerProps): (string | undefined)[] {
  switch (ready.by) {
    case 'running':
    case 'command':
    case 'health':
      return []
    case 'log':
      return [patternProblem(ready.pattern)]
    case 'tcp':
    case 'http':
      return [
        Object.values(ports).includes(`${ready.port}/tcp`)
          ? undefined
          : `ready: port ${ready.port} is not a TCP port`,
        ready.by === 'http' ? urlPathProblem(ready.path) : undefined,
        ready.by === 'http' && ready.status !== undefined ? statusProblem(ready.status) : undefined,
      ]
  }
}

const urlPathProblem = (path: unknown): string | undefined =>
  typeof path === 'string' && /^\/[\x21-\x7e]*$/.test(path)
    ? undefined
    : `ready.http: ${shownValue(path)} is not a path like "/health"`

const statusProblem = (status: number): string | undefined =>
  Number.isInteger(status) && status >= 100 && status <= 599
    ? undefined
    : `ready.status: ${shownValue(status)} is not an HTTP status (a whole number from 100 to 599)`

function patternProblem(text: unknown): string | undefined {
  if (typeof text !== 'string') return `ready.log: ${shownValue(text)} is not a text`
  const pattern = compilePattern(text)
  if (!pattern) return `ready.log: ${quoted(text)} is not a regular expression`
  // With an empty pattern every line would do, and none is asked for: it says nothing.
  return pattern.source === '(?:)' ? 'ready.log: is empty' : undefined
}

const bindProblem = (what: string, path: string): string | undefined =>
  firstProblem(pathProblem(what, path), path.includes(':') ? colon(what, path) : undefined)

const colon = (what: string, path: string): string =>
  `${what}: ${quoted(path)} has a ":" in it, which Docker takes for the end of the path`

const elsewhere = (what: string, on: string | undefined, host: string): string | undefined =>
  on === undefined || on === host ? undefined : `${what}: is on host ${on}, the container on ${host}`

const labelProblem = (key: string): string | undefined => {
  if (key === '') return 'labels: one has an empty name'
  return key.startsWith('provision.') ? `labels: ${quoted(key)} is one of ours` : textProblem('labels', key)
}

const limitProblem = ({ memory, cpus }: ContainerProps): string | undefined => {
  if (memory !== undefined && memory < leastMemory)
    return `memory: ${memory} bytes is less than Docker's least, 6m`
  return cpus === undefined || (Number.isFinite(cpus) && cpus >= 0.01)
    ? undefined
    : `cpus: ${shownValue(cpus)} is not a number of CPUs (0.01 or more, like 1.5)`
}
