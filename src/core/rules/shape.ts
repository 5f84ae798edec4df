/** What kind of value was read from a file or given by a program. */

/** A record: no list, and nothing that keeps what it holds from whoever reads its fields, as a Map or a promise does. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === '[object Object]'

export const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
