import { ownName } from '../../core/making.ts'
import type { Step } from '../../core/plan.ts'
import type { OwnedObject } from '../../core/probe.ts'
import { after } from './after.ts'

/** What runs have left on a host that were killed, or in which a new container did not become ready. */
export interface Left {
  readonly host: string
  readonly paths: readonly string[]
  readonly owned: readonly OwnedObject[]
}

/** A large upload may take a while to go. Milliseconds. */
const patience = 60_000

/** Takes away the files; containers are the business of their resources. Before all else, since a disk may be full of them. */
export const clearing = ({ host, paths }: Left): readonly Step[] =>
  paths.length === 0
    ? []
    : [
        {
          id: clearingId(host),
          host,
          kind: 'files',
          name: 'of an interrupted run',
          operation: 'remove',
          changes: paths.map((path) => ({ field: 'leftover', from: path, to: undefined })),
          needs: [],
          actions: [
            { do: 'run', argv: ['rm', '-rf', '--', ...paths], cwd: undefined, env: {}, timeout: patience },
          ],
          undo: [],
        },
      ]

/** What is taken away makes room for all else on its host. */
export const afterClearing = (step: Step, clearings: readonly Step[]): Step =>
  after(
    step,
    clearings.filter(({ host }) => host === step.host).map(({ id }) => id),
  )

/** Whether a step is one of those. */
export const isClearing = ({ id, host }: Step): boolean => id === clearingId(host)

const clearingId = (host: string): string => `${host}/leftovers`

/** Says what was found; undefined where there is nothing. */
export function foundText({ host, paths, owned }: Left): string | undefined {
  const containers = owned.filter(({ type, name }) => type === 'container' && ownName(name) !== name)
  const things = [
    ...(paths.length === 0 ? [] : [`${paths.length} temporary ${paths.length === 1 ? 'folder' : 'folders'}`]),
    ...containers.map(({ name }) => `container ${name}`),
  ]
  if (things.length === 0) return undefined
  return `found what a run that has not come to a good end left on ${host}: ${things.join(', ')}; to be removed`
}
