const making = '.provision-new'
const former = '.provision-old'

/**
 * A container is made under this name and gets its own only once it is ready. So whatever a run leaves behind when it is
 * killed, a container under its own name has been ready, and one under this name is to be removed.
 */
export const nameInMaking = (name: string): string => `${name}${making}`

/** The name of the container that was there before, for the moment in which the new one gets its name. */
export const formerName = (name: string): string => `${name}${former}`

/** The name that a container has or is to have, as people know it. */
export const ownName = (name: string): string =>
  [making, former].reduce((own, suffix) => (own.endsWith(suffix) ? own.slice(0, -suffix.length) : own), name)
