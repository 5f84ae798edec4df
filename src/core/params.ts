import { ProvisionError } from './error.ts'
import { secret, type Secret } from './secret.ts'
import { didYouMean } from './suggest.ts'

interface Described {
  /** Shown in the help and in errors. */
  readonly description?: string
}

/** A value that a run can be given with `--param name=value`. */
export type ParamSpec =
  | (Described & { readonly type: 'string'; readonly default?: string; readonly choices?: readonly string[] })
  | (Described & {
      readonly type: 'int'
      readonly default?: number
      readonly min?: number
      readonly max?: number
    })
  | (Described & {
      readonly type: 'number'
      readonly default?: number
      readonly min?: number
      readonly max?: number
    })
  | (Described & { readonly type: 'boolean'; readonly default?: boolean })
  /** Read from an environment variable, so that it is in no process list. */
  | (Described & { readonly type: 'secret'; readonly env: string })

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
 * Reads the params of a playbook from `--param` texts and the process's environment variables.
 * @throws ProvisionError `usage` for an unknown name, a missing value or one of the wrong type
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
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, readParam(name, spec, given[name], env)]),
  )
}

function readParam(
  name: string,
  spec: ParamSpec,
  text: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  const what = `param ${name}`
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
    const value = env[spec.env]
    if (value !== undefined && value !== '') return secret(value)
    throw new ProvisionError('usage', `${what}: the environment variable ${spec.env} is not set`, {
      help: `set ${spec.env}${spec.description ? ` (${spec.description})` : ''}`,
    })
  }
  if (text === undefined) {
    if (spec.default !== undefined) return spec.default
    throw new ProvisionError('usage', `${what} is missing and has no default`, {
      help: `add --param ${name}=…`,
    })
  }
  return parseParam(what, spec, text)
}

function parseParam(what: string, spec: Exclude<ParamSpec, { type: 'secret' }>, text: string): unknown {
  const wrong = (expected: string) =>
    new ProvisionError('usage', `${what}: ${JSON.stringify(text)} is not ${expected}`, {
      help: spec.description ?? `give ${expected}`,
    })
  switch (spec.type) {
    case 'string':
      if (spec.choices && !spec.choices.includes(text)) throw wrong(`one of ${spec.choices.join(', ')}`)
      return text
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong('true or false')
      return text === 'true'
    case 'int':
    case 'number': {
      const value = text.trim() === '' ? NaN : Number(text)
      if (!Number.isFinite(value)) throw wrong(spec.type === 'int' ? 'a whole number' : 'a number')
      if (spec.type === 'int' && !Number.isSafeInteger(value)) throw wrong('a whole number')
      if (spec.min !== undefined && value < spec.min) throw wrong(`${spec.min} or more`)
      if (spec.max !== undefined && value > spec.max) throw wrong(`${spec.max} or less`)
      return value
    }
  }
}
