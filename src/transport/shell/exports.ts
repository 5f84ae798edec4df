import { quote } from '../../core/quote.ts'
import { reveal, type Text } from '../../core/secret/index.ts'

/** Lines that give a command its environment variables. They hold the values, also of secrets. */
export const exportsOf = (env: Readonly<Record<string, Text>>): readonly string[] =>
  Object.entries(env).map(([name, value]) => `export ${quote(`${name}=${reveal(value)}`)}`)
