import { ProvisionError } from '../error.ts'
import { noText } from '../no-text.ts'
import { refuseUnknown, type OptionNames } from '../rules/known-options.ts'
import { lackingSecret, secret, type Secret } from '../secret/index.ts'
import { shownValue } from '../text/shown-value.ts'
import { strictRecord } from '../rules/strict.ts'
import { didYouMean } from '../text/suggest.ts'

interface Described {
  /** Shown in the help and in errors. */
  readonly description?: string
}

interface Bounded {
  /** Without it every run has to give one. */
  readonly default?: number
  /** The least that is taken. */
  readonly min?: number
  /** The most that is taken. */
  readonly max?: number
}

/** A text. */
export interface StringParam extends Described {
  readonly type: 'string'
  /** Without it every run has to give one. */
  readonly default?: string
  /** The only texts that are taken; they make its type. */
  readonly choices?: readonly string[]
}

/** A whole number. */
export interface IntParam extends Described, Bounded {
  readonly type: 'int'
}

/** Any number. */
export interface NumberParam extends Described, Bounded {
  readonly type: 'number'
}

/** `true` or `false`. */
export interface BooleanParam extends Described {
  readonly type: 'boolean'
  /** Without it every run has to give one. */
  readonly default?: boolean
}

/** A secret, which is read from an environment variable, so that it is in no process list. */
export interface SecretParam extends Described {
  readonly type: 'secret'
  /** The name of the variable. */
  readonly env: string
}

/** A value that a run can be given with `--param name=value`, or a secret. */
export type ParamSpec = StringParam | IntParam | NumberParam | BooleanParam | SecretParam

export type ParamSpecs = Readonly<Record<string, ParamSpec>>

type ParamValue<S extends ParamSpec> = S extends { type: 'boolean' }
  ? boolean
  : S extends { type: 'int' | 'number' }
    ? number
    : S extends { type: 'secret' }
      ? Secret
      : S extends { choices: readonly (infer C extends string)[] }
        ? C
        : string

export type ParamValues<P extends ParamSpecs> = { readonly [K in keyof P]: ParamValue<P[K]> }

/**
 * Reads the params of a playbook from `--param` texts and the process's environment variables. A secret that is not there is missed
 * only where it is used (see `requireSecrets`).
 * @throws ProvisionError `usage` for an unknown name, a missing value or one of the wrong type; `playbook` for a wrong default
 */
export function readParams<P extends ParamSpecs>(
  specs: P,
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): ParamValues<P>
export function readParams(
  specs: ParamSpecs,
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(specs, name)) {
      throw new ProvisionError('usage', `--param ${name}: the playbook has no such param`, {
        help: didYouMean(name, Object.keys(specs)),
      })
    }
  }
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, readParam(name, spec, own(given, name), env)]),
  )
  const all = noText(values, 'the record of all params', 'name one of them: `params.NAME`')
  return strictRecord(all, 'the playbook has no param')
}

const common = { type: true, description: true, default: true } as const

const fields: { readonly [T in ParamSpec['type']]: OptionNames<Extract<ParamSpec, { readonly type: T }>> } = {
  string: { ...common, choices: true },
  int: { ...common, min: true, max: true },
  number: { ...common, min: true, max: true },
  boolean: common,
  secret: { type: true, description: true, env: true },
}

/** Of a param without a type, any may be the one that is misspelt. */
const anyField = Object.fromEntries(Object.values(fields).flatMap((names) => Object.entries(names)))

/** The own value of a record: a param may have the name of what every object has, such as `constructor`. */
const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

function readParam(
  name: string,
  spec: ParamSpec,
  text: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  const what = `param ${name}`
  refuseUnknown(what, spec, Object.hasOwn(fields, spec.type) ? fields[spec.type] : anyField)
  if (!Object.hasOwn(fields, spec.type)) {
    throw new ProvisionError('playbook', `${what}: there is no type ${shownValue(spec.type)}`, {
      help: didYouMean(typeof spec.type === 'string' ? spec.type : '', Object.keys(fields)),
    })
  }
  if (spec.type === 'string' && spec.choices !== undefined && !Array.isArray(spec.choices))
    refuse(what, `its choices are ${shownValue(spec.choices)}, not a list`)
  if (spec.type === 'secret') {
    if (text !== undefined) {
      throw new ProvisionError(
        'usage',
        `--param ${name}: a secret on the command line shows in process lists`,
        {
          help: `set the environment variable ${spec.env} instead`,
        },
      )
    }
    refuseNoVariable(what, spec.env)
    const value = own(env, spec.env)
    return isSet(value) ? secret(value) : lackingSecret(() => notSet([[name, spec]]))
  }
  if (text === undefined) {
    if (spec.default === undefined) {
      throw new ProvisionError('usage', `${what} is missing and has no default`, {
        help: `add --param ${name}=…`,
      })
    }
    const expected = unmet(spec, spec.default)
    if (expected === undefined) return spec.default
    throw new ProvisionError(
      'playbook',
      `${what}: its default ${shownValue(spec.default)} is not ${expected}`,
      { help: 'correct it in the playbook' },
    )
  }
  const value = valueOf(spec, text)
  const expected = unmet(spec, value)
  if (expected === undefined) return value
  throw new ProvisionError('usage', `${what}: ${JSON.stringify(text)} is not ${expected}`, {
    help: spec.description ?? `give ${expected}`,
  })
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== ''

/**
 * Makes sure that all secrets of a playbook are given, for what carries it out or compares it with its hosts.
 * @throws ProvisionError `usage` that names all that are not
 */
export function requireSecrets(specs: ParamSpecs, env: Readonly<Record<string, string | undefined>>): void {
  const lacking = Object.entries(specs).flatMap(([name, spec]) =>
    spec.type === 'secret' && !isSet(own(env, spec.env)) ? [[name, spec] as const] : [],
  )
  if (lacking.length > 0) throw notSet(lacking)
}

function notSet(lacking: readonly (readonly [name: string, SecretParam])[]): ProvisionError {
  const [names, variables] = [lacking.map(([name]) => name), lacking.map(([, { env }]) => env)]
  const message =
    lacking.length === 1
      ? `param ${names.join()}: the environment variable ${variables.join()} is not set`
      : `params ${names.join(', ')}: the environment variables ${variables.join(', ')} are not set`
  const wanted = lacking.map(([, { env, description }]) => (description ? `${env} (${description})` : env))
  return new ProvisionError('usage', message, { help: `set ${wanted.join(', ')}` })
}

function refuseNoVariable(what: string, env: unknown): void {
  if (typeof env === 'string' && env !== '') return
  refuse(what, `its env is ${shownValue(env)}, not the name of an environment variable`)
}

const refuse = (what: string, problem: string): never => {
  throw new ProvisionError('playbook', `${what}: ${problem}`, { help: 'correct it in the playbook' })
}

type PlainSpec = Exclude<ParamSpec, { type: 'secret' }>

function valueOf({ type }: PlainSpec, text: string): unknown {
  switch (type) {
    case 'string':
      return text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'int':
    case 'number':
      return text.trim() === '' ? NaN : Number(text)
  }
}

/** What a value should be and is not; undefined when it is fine. */
function unmet(spec: PlainSpec, value: unknown): string | undefined {
  switch (spec.type) {
    case 'string':
      if (typeof value !== 'string') return 'a text'
      return spec.choices && !spec.choices.includes(value) ? `one of ${spec.choices.join(', ')}` : undefined
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'int':
    case 'number':
      if (spec.type === 'int' && !Number.isSafeInteger(value)) return 'a whole number'
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'a number'
      if (spec.min !== undefined && value < spec.min) return `${spec.min} or more`
      return spec.max !== undefined && value > spec.max ? `${spec.max} or less` : undefined
  }
}

/** Those of the given texts for which there is a param. */
export const knownParams = (
  specs: ParamSpecs,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(specs, name)))

/** The texts by which a run can be given the same again: all params but secrets, defaults included. */
export const textsOfParams = (
  specs: ParamSpecs,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(specs).flatMap(([name, spec]) => {
      const text = spec.type === 'secret' ? undefined : (own(given, name) ?? spec.default?.toString())
      return text === undefined ? [] : [[name, text]]
    }),
  )
