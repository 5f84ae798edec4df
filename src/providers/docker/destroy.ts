import type { Destroyed, ProviderWatcher } from '../../core/provider.ts'
import { label } from '../../core/label.ts'
import { refuseNewer } from '../../core/owned.ts'
import { dockerReason, unless } from '../../transport/docker/error.ts'
import { removeContainer } from '../../transport/docker/remove-container.ts'
import { providerError, type Context } from './context.ts'
import { removeKeys } from './keys.ts'

/** One object to be removed. */
interface Doomed {
  /** `container default-3fa2c1-web`. */
  readonly title: string
  /** The host that it is; undefined for anything else. */
  readonly host: string | undefined
  /** Of the meaning of its labels. */
  readonly version: string | undefined
  readonly remove: () => Promise<unknown>
}

/** Removes all that carries the environment's labels: containers first, because they hold the rest. */
export async function destroyAll(context: Context, watch: ProviderWatcher): Promise<Destroyed> {
  const left: string[] = []
  const removed: string[] = []
  const lists = [containersOf, volumesOf, networksOf].map((list) => list(context))
  const all = await Promise.all(lists).catch((error: unknown) => {
    throw providerError('what is to be removed cannot be listed', error, context.signal)
  })
  refuseNewer(all.flat())
  for (const doomed of all) {
    await Promise.all(
      doomed.map(async ({ title, host, remove }) => {
        if (host !== undefined) watch.host(host, 'started', 'remove')
        const failed = await unless([404], remove()).then(
          () => undefined,
          (error: unknown) => dockerReason(error),
        )
        if (failed === undefined) removed.push(title)
        else left.push(`${title}: ${failed}`)
        if (host !== undefined) watch.host(host, 'finished', failed === undefined ? 'removed' : 'left')
      }),
    )
  }
  if (left.length === 0) await removeKeys(context.keys)
  return { removed: removed.sort(), left: left.sort() }
}

async function containersOf({ engine, names }: Context): Promise<readonly Doomed[]> {
  const found = await engine.listContainers({ all: true, filters: names.filter })
  return found.map(({ Id, Names, Labels }) => ({
    title: `container ${(Names[0] ?? Id).replace(/^\//, '')}`,
    host: Labels[label.host],
    version: Labels[label.version],
    remove: () => removeContainer(engine.getContainer(Id)),
  }))
}

async function volumesOf({ engine, names }: Context): Promise<readonly Doomed[]> {
  const { Volumes } = await engine.listVolumes({ filters: names.filter })
  return Volumes.map(({ Name, Labels }) => ({
    title: `volume ${Name}`,
    host: undefined,
    version: Labels[label.version],
    remove: () => engine.getVolume(Name).remove(),
  }))
}

async function networksOf({ engine, names }: Context): Promise<readonly Doomed[]> {
  const found = await engine.listNetworks({ filters: names.filter })
  return found.map(({ Id, Name, Labels }) => ({
    title: `network ${Name}`,
    host: undefined,
    version: Labels?.[label.version],
    remove: () => engine.getNetwork(Id).remove(),
  }))
}
