import { ProvisionError } from './error.ts'
import { quoted } from './rules.ts'
import { didYouMean } from './suggest.ts'

/** The names of all options of a type; the compiler sees to it that none is left out. */
export type OptionNames<T> = Readonly<Record<keyof T & string, true>>

/**
 * Refuses options that nobody knows: playbooks run without a type check, and a misspelt option would do nothing, silently.
 * @throws ProvisionError `playbook`
 */
export function refuseUnknown<T extends object>(title: string, options: T, names: OptionNames<T>): void
export function refuseUnknown(title: string, options: unknown, names: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null) {
    throw new ProvisionError('playbook', `${title}: its options are ${String(options)}`, {
      help: `give an object with ${Object.keys(names).join(', ')}`,
    })
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue
    throw new ProvisionError('playbook', `${title}: there is no option ${quoted(name)}`, {
      help: didYouMean(name, Object.keys(names)),
    })
  }
}
