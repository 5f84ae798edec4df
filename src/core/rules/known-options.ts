import { ProvisionError } from '../error.ts'
import { quoted } from './index.ts'
import { shownValue } from '../text/shown-value.ts'
import { isObject } from './shape.ts'
import { didYouMean } from '../text/suggest.ts'

/** The names of all options of a type, or of any in a union; the compiler sees to it that none is left out. */
export type OptionNames<T> = Readonly<Record<NamesIn<T>, true>>

type NamesIn<T> = T extends unknown ? keyof T & string : never

/**
 * Refuses options that nobody knows: playbooks run without a type check, and a misspelt option would do nothing, silently.
 * @throws ProvisionError `playbook`
 */
export function refuseUnknown(title: string, options: unknown, names: Readonly<Record<string, true>>): void {
  if (!isObject(options)) {
    throw new ProvisionError('playbook', `${title}: its options are ${shownValue(options)}`, {
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
