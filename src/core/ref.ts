import type { Build } from './build/index.ts'
import { ProvisionError } from './error.ts'
import type { Facts } from './facts.ts'
import type { Resource } from './resource.ts'
import { holdsMask, isSecret, reveal, secretFrom, type Secret, type Text } from './secret/index.ts'

const brand = Symbol.for('provision.ref')

/** A value owned by something else and known only once that is there. Using it in a resource makes an edge in the graph. */
export interface Ref<out T> {
  readonly [brand]: (facts: Facts) => T
  /** Where the value comes from, for people: `bus/rabbitmq.at.amqp.host`. */
  readonly label: string
  /** Resources that must be there first. */
  readonly needs: readonly Resource[]
  /** Builds that must be done first. */
  readonly builds: readonly Build[]
  /** What it tells of that means nothing on other hosts. */
  readonly within: readonly Within[]
}

/** An address at which a host answers itself alone. */
export interface Within {
  /** Of the reference that tells it. */
  readonly label: string
  readonly host: string
  readonly address: string
}

/** A value, or a reference to one. */
export type Value<T> = T | Ref<T>

/** A type with every reference in it replaced by what it refers to. */
export type Resolved<T> =
  T extends Ref<infer U>
    ? U
    : T extends string | number | boolean | null | undefined | Secret | URL
      ? T
      : T extends readonly (infer E)[]
        ? readonly Resolved<E>[]
        : { readonly [K in keyof T]: Resolved<T[K]> }

interface Origin {
  readonly label: string
  readonly needs?: readonly Resource[]
  readonly builds?: readonly Build[]
  readonly within?: readonly Within[]
}

/** Makes a reference that reads its value from the facts of a run. */
export function ref<T>(origin: Origin, read: (facts: Facts) => T): Ref<T> {
  const { label, needs = [], builds = [], within = [] } = origin
  return { ...asText(label), [brand]: read, label, needs, builds, within }
}

/** What the language asks an object for that is put into a plain text: `[object Object]` would be deployed, and no edge made. */
function asText(label: string) {
  const refuse = (): never => {
    throw new ProvisionError(
      'playbook',
      `${label || 'a text of parts'} is known only in a run, and cannot be put into a plain text`,
      { help: 'write text`…${…}…` (with backticks) to put it into a text' },
    )
  }
  return { [Symbol.toPrimitive]: refuse, toString: refuse, toJSON: refuse }
}

export const isRef = (value: unknown): value is Ref<unknown> =>
  typeof value === 'object' && value !== null && brand in value

/** Only plain data is walked: a secret, a URL or a function is a value of its own. */
export const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> | readonly unknown[] => {
  if (typeof value !== 'object' || value === null || isSecret(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** Whether there is anything to replace. */
const holdsRef = (value: unknown): boolean =>
  isRef(value) || (isPlain(value) && Object.values(value).some(holdsRef))

/** Replaces every reference in a plain value by what it refers to. A value without any is given as it is: it may be large. */
export function resolve<T>(value: T, facts: Facts): Resolved<T>
export function resolve(value: unknown, facts: Facts): unknown {
  if (isRef(value)) return resolve(value[brand](facts), facts)
  if (!isPlain(value) || !holdsRef(value)) return value
  if (isList(value)) return value.map((inner) => resolve(inner, facts))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, facts)]))
}

/** All references in a plain value, however deep. */
export function refsIn(value: unknown): Ref<unknown>[] {
  if (isRef(value)) return [value]
  return isPlain(value) ? Object.values(value).flatMap(refsIn) : []
}

type Part = string | number | boolean | Secret | Ref<string | number | boolean | Secret>
type Holds<P> = P extends Ref<infer T> ? Extract<T, Secret> : Extract<P, Secret>

/**
 * Puts references into a text: ``text`http://${user.at.http.host}:${user.at.http.port}` ``.
 * With a secret among the parts the whole text is secret.
 * @throws ProvisionError `playbook` for a call with brackets, and for any other part: at once or, where a reference gives it,
 * when that is known
 */
export function text<const P extends readonly Part[]>(
  strings: TemplateStringsArray,
  ...parts: P
): [Holds<P[number]>] extends [never] ? Ref<string> : Ref<Text>
export function text(strings: TemplateStringsArray, ...parts: readonly Part[]): Ref<Text> {
  requireTemplate(strings)
  for (const [i, part] of parts.entries()) {
    if (!isRef(part)) requireWord(part, strings[i])
    if (typeof part === 'string' && holdsMask(part)) throw notAPart(strings[i], 'holds "[secret]"')
  }
  const refs = parts.flatMap(refsIn)
  const origin = {
    label: refs.map(({ label }) => label).join(', '),
    needs: refs.flatMap(({ needs }) => needs),
    builds: refs.flatMap(({ builds }) => builds),
    within: refs.flatMap(({ within }) => within),
  }
  return ref(origin, (facts) => {
    const values = parts.map((part, i) => {
      const value = resolve(part, facts)
      requireWord(value, strings[i], part)
      return value
    })
    const join = (show: (value: string | number | boolean | Secret) => string) =>
      strings.reduce((all, piece, i) => {
        const before = values[i - 1]
        return all + (before === undefined ? '' : show(before)) + piece
      })
    const secrets = values.filter(isSecret)
    return secrets.length > 0
      ? secretFrom(
          join((value) => (isSecret(value) ? reveal(value) : String(value))),
          secrets,
        )
      : join(String)
  })
}

/** No compiler has looked at a playbook, and `undefined` or `[object Object]` in a text would travel far. */
function requireWord(value: unknown, before = '', from?: unknown): void {
  const isNumber = typeof value === 'number' && Number.isFinite(value)
  if (isNumber || typeof value === 'string' || typeof value === 'boolean' || isSecret(value)) return
  const kind = typeof value
  const shown =
    kind === 'object' && value !== null ? 'an object' : kind === 'function' ? 'a function' : String(value)
  const origin = isRef(from) ? ` (${from.label})` : ''
  throw notAPart(before, `is ${shown}${origin}`)
}

const notAPart = (before = '', problem: string): ProvisionError =>
  new ProvisionError('playbook', `a text: what follows ${JSON.stringify(before.slice(-40))} ${problem}`, {
    help: 'put in a text, a number, true or false, a secret, or a reference to one of these',
  })

function requireTemplate(strings: unknown): void {
  if (Array.isArray(strings)) return
  const shown =
    typeof strings === 'string' ? JSON.stringify(strings) : isRef(strings) ? strings.label : typeof strings
  throw new ProvisionError('playbook', `text: is called with ${shown}`, {
    help: 'write text`…` with backticks, and without brackets',
  })
}
