/** The name under which a file is written before it takes its place; by it a killed run's is known. */
export const temporaryName = (path: string, pid: number, unique: string | number = ''): string =>
  `${path}.${pid}.${unique}.new`

/** The process that writes under such a name; undefined for any other name. */
export function temporaryOwner(name: string): number | undefined {
  const [, pid] = /\.([1-9]\d*)\.[\d.]*\.new$/.exec(name) ?? []
  return pid === undefined ? undefined : Number(pid)
}
