/** Walks into parsed JSON; undefined where there is no such place. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )

/** The same, for a list. */
export const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const list = at(value, ...path)
  return Array.isArray(list) ? list : []
}

/** The events that a call with `--json` told, of one kind. */
export const eventsOf = (stdout: string, kind: string): readonly unknown[] =>
  stdout
    .split('\n')
    .flatMap((line): unknown[] => (line.startsWith('{') ? [JSON.parse(line)] : []))
    .filter((event) => at(event, 'event') === kind)
