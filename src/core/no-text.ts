import { ProvisionError } from './error.ts'

/**
 * Has an object refuse to be put into a plain text, where it would stand as `[object Object]`, and be deployed so.
 * @param what what it is, for people: `app › container user`
 * @param help what to write instead
 */
export function noText<T extends object>(object: T, what: string, help: string): T {
  const value = (): never => {
    throw new ProvisionError('playbook', `${what} is no text, and cannot be put into one`, { help })
  }
  // Not to be listed: who looks at all that it holds, or copies it, does not ask for texts.
  return Object.defineProperty(object, Symbol.toPrimitive, { value })
}
