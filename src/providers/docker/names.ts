import { createHash } from 'node:crypto'
import { ProvisionError } from '../../core/error.ts'
import { label, labelVersion } from '../../core/label.ts'

/** How the Docker objects of one environment of one project are called and labelled. */
export interface Names {
  /** `default-3fa2c1`: unique for environment and project, also between clones of one project. */
  readonly id: string
  readonly network: string
  node(host: string): string
  /** A node is called so until it is ready: what still has this name at the next run is half-made. */
  making(host: string): string
  volume(host: string): string
  /** On all objects of the environment; what does not carry these is never touched. */
  readonly labels: Readonly<Record<string, string>>
  /** The same as the filter that Docker's lists take. */
  readonly filter: { readonly label: string[] }
}

const suffix = '.making'

/**
 * The names of an environment.
 * @throws ProvisionError `usage` when Docker could not take them
 */
export function namesOf(environment: string, projectDir: string): Names {
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(environment)) {
    throw new ProvisionError('usage', `${JSON.stringify(environment)} cannot be the name of an environment`, {
      help: 'use at most 40 lower-case letters, digits and dashes, beginning with a letter or digit',
    })
  }
  const id = `${environment}-${createHash('sha256').update(projectDir).digest('hex').slice(0, 6)}`
  const own = { [label.environment]: environment, [label.project]: projectDir }
  return {
    id,
    network: id,
    node: (host) => `${id}-${host}`,
    making: (host) => `${id}-${host}${suffix}`,
    volume: (host) => `${id}-${host}-docker`,
    labels: { [label.version]: labelVersion, [label.node]: id, ...own },
    filter: { label: Object.entries(own).map(([key, value]) => `${key}=${value}`) },
  }
}

/** Whether a container's name says that it never got ready. */
export const isMaking = (name: string): boolean => name.endsWith(suffix)
