/** A container as a playbook lists it. */
export interface Listed {
  readonly host: string
  readonly name: string
}

/** How a container is called where several hosts may have one of that name. */
export const containerLabel = ({ host, name }: Listed, all: readonly Listed[]): string =>
  all.filter((other) => other.name === name).length > 1 ? `${host}/${name}` : name
