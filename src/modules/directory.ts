import { pathClaim } from '../core/graph/claim.ts'
import { folderActions, folderChanges, refuseOthers, statProbe } from '../core/files.ts'
import type { Host } from '../core/host.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import { defineModule, type ResourceOptions } from '../core/module.ts'
import { mountedData, type Mountable } from '../core/mount.ts'
import type { Stat } from '../core/probe.ts'
import { declaredTitle } from '../core/rules/refuse.ts'
import { firstProblem, modeProblem, ownerProblem, pathProblem } from '../core/rules/index.ts'

/** Who may do what with a path on a host. */
export interface DirectoryOptions {
  /** Permission bits. Default: `0o755` when it is made, else left as they are. */
  readonly mode?: number
  /** A user of the host, by name, or by number: `1000`. Default: root when it is made, else left as it is. */
  readonly owner?: string
  /** A group of the host, by name, or by number: `1000`. Default: root's when it is made, else left as it is. */
  readonly group?: string
}

const names: OptionNames<DirectoryOptions> = { mode: true, owner: true, group: true }

interface Props {
  readonly title: string
  readonly path: string
  readonly mode: number | undefined
  readonly owner: string | undefined
  readonly group: string | undefined
}

const resource = defineModule({
  kind: 'directory',
  validate: ({ path, mode, owner, group }: Props) =>
    firstProblem(
      pathProblem('path', path),
      modeProblem('mode', mode),
      ownerProblem('owner', owner),
      ownerProblem('group', group),
    ),
  claims: ({ path }) => [pathClaim(path)],
  probe: (props) => ({ stat: statProbe(props) }),
  parse: ({ stat }, { title, path }): Stat | undefined => {
    refuseOthers(title, path, 'directory', stat)
    return stat
  },
  diff: (props, stat) => folderChanges(props, stat),
  remedy: (props, _, stat) => ({
    operation: stat ? 'update' : 'create',
    actions: folderActions(props, stat),
  }),
})

/**
 * A folder on a host. Mounted into a container, it is writable.
 * @param path absolute
 */
export function directory(
  host: Host,
  path: string,
  options: DirectoryOptions = {},
  more?: ResourceOptions,
): Mountable {
  const title = declaredTitle(host, 'directory', path)
  refuseUnknown(title, options, names)
  const { mode, owner, group } = options
  const made = resource(host, path, { title, path, mode, owner, group }, more)
  return Object.assign(made, { mounted: mountedData(made, path) })
}
