import type { Scope } from '../core/facts.ts'
import type { Playbook } from '../core/playbook/index.ts'

/** The text of each file of a playbook, by its absolute path. */
export type PlaybookTexts = ReadonlyMap<string, string>

/** Which playbook a run is about, with which params, and where its environment lives. */
export interface Workspace {
  /** The folder of the nearest package.json; `.provision` lies in it. */
  readonly projectDir: string
  /** Absolute. Relative paths in the playbook start at its folder. */
  readonly playbookFile: string
  readonly playbook: Playbook
  /** What it was loaded from. */
  readonly texts: PlaybookTexts
  /** Names the environment in labels; the playbook's name unless `--env` says otherwise. */
  readonly environment: string
  /** The texts of `--param`. */
  readonly given: Readonly<Record<string, string>>
  /** The YAML file of SSH hosts of `--on`; without it the embedded provider makes the hosts. */
  readonly on: string | undefined
  /** `.provision/<environment>`: keys, known hosts. */
  readonly stateDir: string
  /** `.provision/cache`, shared by the environments of a project. */
  readonly cacheDir: string
}

/** What its labels and locks on hosts carry. */
export const scopeOf = ({ playbook, environment }: Workspace): Scope => ({
  playbook: playbook.name,
  environment,
})

/** The same where the playbook cannot be loaded, which looking at its history does not need. */
export interface Place extends Omit<Workspace, 'playbook'> {
  readonly playbook: Playbook | undefined
  /** Why it cannot be loaded. */
  readonly trouble: string | undefined
}
