const suffix = '.provision-new'

/**
 * A container is made under this name and gets its own only once it is ready. So whatever a run leaves behind when it is
 * killed, a container under its own name has been ready, and one under this name is to be removed.
 */
export const nameInMaking = (name: string): string => `${name}${suffix}`

/** The name that a container has or is to have, as people know it. */
export const ownName = (name: string): string =>
  name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
