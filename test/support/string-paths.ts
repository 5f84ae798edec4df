import type { Box, Image, Mountable, NetworkResource, Ref, Secret } from '../../src/index.ts'

/** What is a value of its own: its fields are not a user's to write. */
type Whole =
  number | boolean | undefined | URL | Ref<unknown> | Secret | Image | Mountable | NetworkResource | Box

/**
 * The places of all texts in a type, as a union: `env{}` is the value and `env{key}` the name of an entry, `run[]` an
 * element. A record over it has to have a row for each: a new field without one does not compile.
 */
export type StringPaths<T, P extends string = ''> = T extends Whole | ((...args: never) => unknown)
  ? never
  : T extends string
    ? P
    : T extends readonly (infer E)[]
      ? StringPaths<E, `${P}[]`>
      : T extends object
        ? `/${string}` extends keyof T
          ? `${P}{key}` | StringPaths<T[keyof T & `/${string}`], `${P}{}`>
          : { [K in keyof T & string]-?: StringPaths<T[K], P extends '' ? K : `${P}.${K}`> }[keyof T & string]
        : never
