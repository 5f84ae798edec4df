import type { Scope } from './facts.ts'

/** The labels by which we know our own Docker objects. Nothing without them is ever touched. */
export const label = {
  /** Version of the meaning of these labels. */
  version: 'provision.version',
  playbook: 'provision.playbook',
  environment: 'provision.environment',
  resource: 'provision.resource',
  /** Canonical JSON of what a container was made from; secrets are digests in it. */
  spec: 'provision.spec',
  /** On nodes, their network and volumes: which host of the topology, and of which environment's id. */
  host: 'provision.host',
  node: 'provision.node',
  project: 'provision.project',
  address: 'provision.address',
  box: 'provision.box',
  /** On a container that only tries whether an image is whole. */
  trial: 'provision.trial',
  /** On images built here: digest of all that went into them. */
  inputs: 'provision.inputs',
} as const

/** Raised when labels change their meaning; an older tool refuses newer ones. */
export const labelVersion = '1'

/** The labels of every Docker object that a resource makes on a host. */
export const resourceLabels = (scope: Scope, resource: string): Record<string, string> => ({
  [label.version]: labelVersion,
  [label.playbook]: scope.playbook,
  [label.environment]: scope.environment,
  [label.resource]: resource,
})
