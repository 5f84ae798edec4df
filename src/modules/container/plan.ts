import type { Action } from '../../core/action.ts'
import { changeOf, type Change } from '../../core/change.ts'
import { heldPortClaim, portClaim } from '../../core/graph/claim.ts'
import { short } from '../../core/digest.ts'
import type { FormerContent } from '../../core/former-content.ts'
import { formerName, nameInMaking } from '../../core/making.ts'
import { causesOf } from '../../core/mount.ts'
import type { Remedy, Settling } from '../../core/module.ts'
import type { ContainerState } from '../../core/probe.ts'
import { actualSpec, portsHeld, type State } from './actual.ts'
import { connections, readinessOn } from './networking.ts'
import type { ResolvedProps } from './props.ts'
import { bodyOf, isWatched, specOf } from './spec.ts'

/** What differs, field by field. */
export function containerChanges(props: ResolvedProps, state: State | undefined): readonly Change[] {
  const container = state?.container
  if (!container) return changeOf('state', undefined, 'running')
  const wanted = specOf(props)
  const actual = actualSpec(container, wanted, state, props)
  const fields = [...new Set([...Object.keys(actual), ...Object.keys(wanted)])].sort()
  return [
    ...fields.flatMap((field) =>
      changeOf(field, actual[field], wanted[field], causesOfField(field, props)).map(shortened),
    ),
    ...changeOf('state', container.status, 'running'),
    ...state.leftovers.flatMap((name) => changeOf('leftover', name, undefined)),
  ]
}

function causesOfField(field: string, { image, mounts }: ResolvedProps): readonly string[] {
  if (field === 'image')
    return image.changed.length > 0 ? causesOf({ name: image.ref, changed: image.changed }) : []
  const mount = field.startsWith('mounts.') ? mounts[field.slice('mounts.'.length)] : undefined
  return mount && isWatched(mount) ? (mount.at.content?.because ?? []) : []
}

/** Digests in the fields that hold them are shown short. */
function shortened(change: Change): Change {
  if (change.field !== 'image' && !change.field.startsWith('mounts.')) return change
  const show = (text: string | undefined) => text?.replaceAll(/(?:sha256:)?[0-9a-f]{64}/g, short)
  return { ...change, from: show(change.from), to: show(change.to) }
}

/** What makes it so: nothing more than a start, where only that is missing. */
export function containerRemedy(
  props: ResolvedProps,
  changes: readonly Change[],
  state: State | undefined,
): Remedy {
  const { name, grace } = props
  const { container, leftovers = [] } = state ?? {}
  const fields = new Set(changes.map(({ field }) => field))
  if (!container) return creation(props, leftovers)
  const tidy = leftovers.map(removal)
  const isSpecFine = [...fields].every((field) => field === 'leftover' || field === 'state')
  const start = { do: 'start-container', name } as const
  if (isSpecFine && !fields.has('state')) {
    // Who made another one may have told this one to stop before it was killed: that goes on, and is seen only at its end.
    const again = [{ do: 'stop-container', name, grace } as const, start, awaited(props, name)]
    return {
      operation: 'update',
      actions: leftovers.includes(nameInMaking(name)) ? [...tidy, ...again] : tidy,
    }
  }
  if (isSpecFine && ['created', 'exited'].includes(container.status))
    return { operation: 'update', actions: [...tidy, start, awaited(props, name)] }
  const frees = container.running ? freed(props, container) : []
  const replaced = changes.flatMap(({ field, from, to }) =>
    field.startsWith('mounts.') && isSameSource(from, to) ? [field.slice('mounts.'.length)] : [],
  )
  const made = state && replaced.length > 0 ? actualSpec(container, specOf(props), state, props) : {}
  return {
    ...recreation(props, tidy, container.running ? 'running' : 'stopped'),
    former: replaced.flatMap((target) => formerContent(props, target, made[`mounts.${target}`])),
    frees,
  }
}

/** Whether what is mounted differs only in its content: whoever is started after that sees the new one. */
const isSameSource = (from = '', to = ''): boolean =>
  [from, to].every((mount) => mount.includes(' ')) && withoutDigest(from) === withoutDigest(to)

const withoutDigest = (mount: string): string => mount.slice(mount.indexOf(' '))

/** What a mount showed, from what its container was made with. */
function formerContent({ mounts }: ResolvedProps, target: string, made?: string): readonly FormerContent[] {
  const mount = mounts[target]
  const digest = /^([0-9a-f]{64}) /.exec(made ?? '')?.[1]
  return mount ? [{ target, path: mount.at.source, digest }] : []
}

/** Milliseconds that a start of ours may come after the making, beside the time that the former one has to end. */
const startSlack = 5_000

/** Started again by its engine, after a reboot or its own end: nobody has waited for that start yet. */
export function containerSettling(props: ResolvedProps, state: State | undefined): Settling | undefined {
  const { container } = state ?? {}
  if (!container) return undefined
  const { createdAt, startedAt } = container
  if (Date.parse(startedAt) - Date.parse(createdAt) <= props.grace * 1000 + startSlack) return undefined
  return { since: startedAt, within: props.readyTimeout, actions: [awaited(props, props.name)] }
}

/** What a former container did when it was found, and does again when it is put back. */
type Liveness = 'running' | 'stopped'

/** One that does not become ready stays, to be looked at; unless a killed run has left a former one, which is then put back. */
function creation(props: ResolvedProps, leftovers: readonly string[]): Remedy {
  const { name } = props
  const [making, former] = [nameInMaking(name), formerName(name)]
  const hasFormer = leftovers.includes(former)
  return {
    operation: 'create',
    actions: [
      ...(leftovers.includes(making) ? [removal(making)] : []),
      ...created(props),
      ...started(props),
      takeOver(name),
      ...(hasFormer ? [removal(former)] : []),
    ],
    undo: hasFormer ? putBack(name, 'running') : [],
    former: Object.entries(props.mounts).flatMap(([target, mount]) =>
      isWatched(mount) && mount.at.content ? formerContent(props, target) : [],
    ),
  }
}

/** The old one stays until the new one has its name, so that it can be put back whatever fails on the way. */
function recreation(props: ResolvedProps, tidy: readonly Action[], there: Liveness): Remedy {
  const { name, grace } = props
  const former = formerName(name)
  return {
    operation: 'recreate',
    actions: [
      ...tidy,
      ...created(props),
      ...(there === 'running' ? [{ do: 'stop-container', name, grace } as const] : []),
      ...started(props),
      renamed(name, former),
      takeOver(name),
      removal(former),
    ],
    undo: putBack(name, there),
  }
}

/** The ports that its former self holds as long as it runs. */
function freed({ published }: ResolvedProps, container: ContainerState): readonly string[] {
  const wanted = new Set(published.map(portClaim))
  return portsHeld(container)
    .map(({ host }) => heldPortClaim(host))
    .filter((claim) => !wanted.has(claim))
}

const putBack = (name: string, state: Liveness): readonly Action[] => [
  removal(nameInMaking(name)),
  renamed(formerName(name), name),
  ...(state === 'running' ? [{ do: 'start-container', name } as const] : []),
]

const created = (props: ResolvedProps): readonly Action[] => [
  { do: 'create-container', name: nameInMaking(props.name), body: bodyOf(props) },
  ...connections(props, nameInMaking(props.name)),
]

const started = (props: ResolvedProps): readonly Action[] => [
  { do: 'start-container', name: nameInMaking(props.name) },
  awaited(props, nameInMaking(props.name)),
]

const renamed = (name: string, to: string): Action => ({ do: 'rename-container', name, to })

const takeOver = (name: string): Action => ({
  do: 'rename-container',
  name: nameInMaking(name),
  to: name,
  handsOver: true,
})

const removal = (name: string): Action => ({ do: 'remove-container', name })

const awaited = ({ ready, readyTimeout, networking }: ResolvedProps, name: string): Action => ({
  do: 'await-container',
  name,
  check: readinessOn(networking, ready),
  timeout: readyTimeout,
})
