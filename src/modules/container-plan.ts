import type { Action } from '../core/action.ts'
import { changeOf, type Change } from '../core/change.ts'
import { short } from '../core/digest.ts'
import { nameInMaking } from '../core/making.ts'
import { causesOf } from '../core/mount.ts'
import type { Remedy } from '../core/module.ts'
import { actualSpec, type State } from './container-actual.ts'
import type { ResolvedProps } from './container-props.ts'
import { bodyOf, isWatched, specOf } from './container-spec.ts'

/** What differs, field by field. */
export function containerChanges(props: ResolvedProps, state: State | undefined): readonly Change[] {
  const { container, leftover } = state ?? {}
  if (!state || !container) return changeOf('state', undefined, 'running')
  const wanted = specOf(props)
  const actual = actualSpec(container, wanted, state, props)
  const fields = [...new Set([...Object.keys(actual), ...Object.keys(wanted)])].sort()
  return [
    ...fields.flatMap((field) =>
      changeOf(field, actual[field], wanted[field], causesOfField(field, props)).map(shortened),
    ),
    ...changeOf('state', container.status, 'running'),
    ...changeOf('leftover', leftover && nameInMaking(props.name), undefined),
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
  const { name } = props
  const { container, leftover } = state ?? {}
  const fields = new Set(changes.map(({ field }) => field))
  const tidy: readonly Action[] = leftover ? [{ do: 'remove-container', name: nameInMaking(name) }] : []
  if (!container) return { operation: 'create', actions: [...tidy, ...started(props), renamed(name)] }
  const isSpecFine = [...fields].every((field) => field === 'leftover' || field === 'state')
  if (isSpecFine && !fields.has('state')) return { operation: 'update', actions: tidy }
  if (isSpecFine && ['created', 'exited'].includes(container.status)) {
    const start = { do: 'start-container', name } as const
    return { operation: 'update', actions: [...tidy, start, awaited(props, name)] }
  }
  return recreation(props, tidy, container.running)
}

/** The old one stays until the new one is ready, so that it can be started again whatever fails on the way. */
function recreation(props: ResolvedProps, tidy: readonly Action[], isRunning: boolean): Remedy {
  const { name, grace } = props
  const [create, ...start] = started(props)
  const stop = { do: 'stop-container', name, grace } as const
  return {
    operation: 'recreate',
    actions: [
      ...tidy,
      ...(create ? [create] : []),
      ...(isRunning ? [stop] : []),
      ...start,
      { do: 'remove-container', name },
      renamed(name),
    ],
    undo: [
      { do: 'remove-container', name: nameInMaking(name) },
      ...(isRunning ? [{ do: 'start-container', name } as const] : []),
    ],
  }
}

const started = (props: ResolvedProps): readonly Action[] => [
  { do: 'create-container', name: nameInMaking(props.name), body: bodyOf(props) },
  { do: 'start-container', name: nameInMaking(props.name) },
  awaited(props, nameInMaking(props.name)),
]

const renamed = (name: string): Action => ({ do: 'rename-container', name: nameInMaking(name), to: name })

const awaited = ({ ready, readyTimeout }: ResolvedProps, name: string): Action => ({
  do: 'await-container',
  name,
  check: ready,
  timeout: readyTimeout,
})
