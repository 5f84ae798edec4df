import type { Action } from '../../src/core/action.ts'
import {
  buildId,
  type Artifact,
  type BuiltArtifact,
  type BuiltImage,
  type Folder,
  type LocalFile,
} from '../../src/core/build/index.ts'
import { showChange } from '../../src/core/change.ts'
import { digestOf } from '../../src/core/digest.ts'
import type { Facts } from '../../src/core/facts.ts'
import { showMode } from '../../src/core/files.ts'
import { hostNamed } from '../../src/core/host.ts'
import type { Answer, Probe, Stat } from '../../src/core/probe.ts'
import { ref } from '../../src/core/ref.ts'
import type { Resource } from '../../src/core/resource.ts'

export const app = hostNamed('app')
export const web = hostNamed('web')

export const scope = { playbook: 'shop', environment: 'shop-docker' }

/** What is known in a run in which all that is asked for has been built. */
export const factsOf = (
  built: readonly [Artifact | Folder, BuiltArtifact][] = [],
  images: readonly BuiltImage[] = [],
): Facts => ({
  scope,
  hosts: new Map([
    ['app', { address: '10.0.0.5' }],
    ['web', { address: '10.0.0.6' }],
  ]),
  built: new Map(built.map(([build, result]) => [buildId(build), result])),
  images: new Map(images.map((image) => [image.ref, image])),
  paths: new Map(),
})

export const localFile = (path: string, content: string, executable = false): LocalFile => ({
  path,
  source: `/here/${path}`,
  digest: digestOf(content),
  size: Buffer.byteLength(content),
  executable,
})

/** What came of a build: a folder of files by path, or one file with an empty path. */
export const builtOf = (
  name: string,
  files: readonly LocalFile[],
  changed: readonly string[] = [],
): BuiltArtifact => ({
  name,
  digest: digestOf(files.map(({ path, digest }) => `${path} ${digest}`).join('\n')),
  type: files.length === 1 && files[0]?.path === '' ? 'file' : 'folder',
  files,
  made: changed.length > 0 ? 'now' : 'before',
  changed,
})

export const fileStat = (content: string, rest: Partial<Stat> = {}): Stat => ({
  type: 'file',
  mode: 0o644,
  owner: 'root',
  ownerId: '0',
  group: 'root',
  groupId: '0',
  size: Buffer.byteLength(content),
  digest: digestOf(content),
  ...rest,
})

export const folderStat = (rest: Partial<Stat> = {}): Stat => ({
  type: 'directory',
  mode: 0o755,
  owner: 'root',
  ownerId: '0',
  group: 'root',
  groupId: '0',
  size: 4096,
  digest: undefined,
  ...rest,
})

/** What a host answers, by probe: `stat /etc/motd`, `container user`; nothing where it is left out. */
export type HostAnswers = Readonly<Record<string, Answer>>

const titleOf = (probe: Probe): string => {
  switch (probe.ask) {
    case 'stat':
    case 'read':
    case 'inside':
      return `${probe.ask} ${probe.path}`
    case 'command':
      return `command ${probe.argv.join(' ')}`
    case 'image':
      return `image ${probe.ref}`
    case 'machine':
    case 'owned':
    case 'leftovers':
      return probe.ask
    default:
      return `${probe.ask} ${probe.name}`
  }
}

/** Compares a resource with what a host answers. */
export function judge(resource: Resource, answers: HostAnswers, facts: Facts) {
  const bound = resource.bind(facts)
  const asked = bound.probes.map(titleOf)
  const given = bound.probes.map((probe) => answers[titleOf(probe)])
  const looks = bound.lookInto(given).map((path) => ({ ask: 'inside', path }) as const)
  const inside = new Map(
    looks.map((probe) => [probe.path, [answers[titleOf(probe)] ?? []].flat().map(String)]),
  )
  asked.push(...looks.map(titleOf))
  const unasked = Object.keys(answers).filter((title) => !asked.includes(title))
  if (unasked.length > 0) throw new Error(`never asked: ${unasked.join(', ')}; asked: ${asked.join(', ')}`)
  return bound.judge(given, { placed: () => new Set(bound.files()), inside })
}

/** The same, as texts that rows of cases can hold. */
export function judged(resource: Resource, answers: HostAnswers, facts: Facts = factsOf()) {
  const { changes, remedy } = judge(resource, answers, facts)
  return {
    changes: changes.map(showChange),
    operation: remedy?.operation ?? 'none',
    actions: remedy?.actions.map(showAction) ?? [],
    undo: remedy?.undo?.map(showAction) ?? [],
  }
}

/** What is right already. */
export const fine = { changes: [], operation: 'none', actions: [], undo: [] }

/** An action in one line: `write /etc/motd 0644 root`. */
export function showAction(action: Action): string {
  const words: unknown[] = [action.do]
  if ('path' in action) words.push(action.path)
  if ('name' in action) words.push(action.name)
  if ('to' in action) words.push('→', action.to)
  if ('mode' in action && action.mode !== undefined) words.push(showMode(action.mode))
  if ('owner' in action && action.owner !== undefined) words.push(action.owner)
  if ('group' in action && action.group !== undefined) words.push(`:${action.group}`)
  if (action.do === 'run') words.push(...action.argv)
  if (action.do === 'load-image') words.push(action.image.ref)
  if (action.do === 'connect-container') words.push('to', action.network, 'as', ...action.aliases)
  if (action.do === 'stop-container') words.push(`${action.grace}s`)
  return words.join(' ')
}

/** A value that is known only in a run. */
export const late = <T>(value: T) => ref({ label: 'late' }, () => value)
