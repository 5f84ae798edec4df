import { digestOf } from '../../src/core/digest.ts'
import type { Action } from '../../src/core/action.ts'
import { hostNamed } from '../../src/core/host.ts'
import { defineModule } from '../../src/core/module.ts'
import type { Resource } from '../../src/core/resource.ts'
import type { Step } from '../../src/core/plan.ts'

/** A step of a plan with only what a test is about. */
export const step = (id: string, rest: Partial<Step> = {}): Step => {
  const [host = 'h', kind = 'file', ...name] = id.split('/')
  return {
    id,
    host,
    kind,
    name: name.join('/'),
    operation: 'create',
    changes: [],
    needs: [],
    actions: [],
    undo: [],
    ...rest,
  }
}

/** An action of the files lane. */
export const removal = (path: string): Action => ({ do: 'delete', path })

/** One that writes a file, as the last of its step. */
export const sealing = (path: string): Action => ({
  ...{ do: 'write', path, content: { from: 'text', text: '' }, digest: digestOf(''), size: 0 },
  ...{ mode: undefined, owner: undefined, group: undefined, seals: true },
})

/** An action of the Docker lane. */
export const starting = (name: string): Action => ({ do: 'start-container', name })

interface ThingProps {
  readonly wanted: string
  readonly claims?: readonly string[]
  readonly problem?: string
}

const declareThing = defineModule({
  kind: 'thing',
  validate: ({ problem }: ThingProps) => problem,
  claims: ({ claims = [] }: ThingProps) => claims,
  probe: ({ wanted }) => ({ text: { ask: 'read', path: `/things/${wanted}` } }),
  parse: ({ text }) => (typeof text === 'string' ? text : undefined),
  diff: ({ wanted }, state) => (state === wanted ? [] : [{ field: 'content', from: state, to: wanted }]),
  remedy: (_, __, state) => ({ operation: state === undefined ? 'create' : 'update', actions: [] }),
})

/** A resource of the least kind there can be: a text that should be read. */
export const thing = (
  host: string,
  name: string,
  props: Partial<ThingProps> & { readonly needs?: readonly Resource[] | (() => readonly Resource[]) } = {},
): Resource => {
  const { needs, wanted = name, ...rest } = props
  return declareThing(hostNamed(host), name, { wanted, ...rest }, needs === undefined ? {} : { needs })
}
