import { ProvisionError } from '../error.ts'
import { didYouMean } from '../text/suggest.ts'

/** What the language and its tools ask any object for. */
const asked = new Set([
  'then',
  'toJSON',
  'asymmetricMatch',
  '$$typeof',
  'nodeType',
  '@@__IMMUTABLE_ITERABLE__@@',
])

/**
 * A record that refuses to give what it does not have. Playbooks run without a type check, and an undefined would travel
 * far before it is noticed.
 * @param what how a wrong name is told: `the playbook has no host`
 */
export function strictRecord<T extends object>(record: T, what: string): T {
  return new Proxy(record, {
    get: (target, key, receiver) => {
      if (typeof key === 'string' && !(key in target) && !asked.has(key)) {
        throw new ProvisionError('playbook', `${what} ${JSON.stringify(key)}`, {
          help: didYouMean(key, Object.keys(target)),
        })
      }
      const value: unknown = Reflect.get(target, key, receiver)
      return value
    },
  })
}
