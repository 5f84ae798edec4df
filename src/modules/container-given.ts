import { ProvisionError } from '../core/error.ts'
import { refuseUnknown, type OptionNames } from '../core/known-options.ts'
import { firstProblem, quoted } from '../core/rules.ts'
import type { ContainerOptions } from './container-options.ts'

const names: OptionNames<ContainerOptions<string, string>> = {
  image: true,
  command: true,
  entrypoint: true,
  env: true,
  ports: true,
  publish: true,
  mounts: true,
  network: true,
  labels: true,
  restart: true,
  memory: true,
  cpus: true,
  user: true,
  workdir: true,
  hostname: true,
  capabilities: true,
  ready: true,
  stopTimeout: true,
}

/**
 * Looks at what the compiler would have looked at: playbooks run without a type check.
 * @throws ProvisionError `playbook`
 */
export function checkGiven(title: string, options: ContainerOptions<string, string>): void {
  refuseUnknown(title, options, names)
  const { image, network, mounts = {} } = options
  const problem = firstProblem(
    has(image, 'ref') ? undefined : `image: ${shown(image)} is not an image (write image("…"))`,
    network === undefined || has(network, 'network')
      ? undefined
      : `network: ${shown(network)} is not a network (write network(host, "…"))`,
    ...Object.entries(mounts).map(([path, mount]) =>
      typeof mount === 'string' || has(mount, 'mounted') || has(mount, 'from')
        ? undefined
        : `mounts.${path}: ${shown(mount)} cannot be mounted`,
    ),
  )
  if (problem === undefined) return
  throw new ProvisionError('playbook', `${title}: ${problem}`, { help: 'correct it in the playbook' })
}

const has = (value: unknown, field: string): boolean =>
  typeof value === 'object' && value !== null && field in value

const shown = (value: unknown): string => (typeof value === 'string' ? quoted(value) : String(value))
