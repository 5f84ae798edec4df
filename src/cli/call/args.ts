import { parseArgs } from 'node:util'
import { ProvisionError } from '../../core/error.ts'
import { nearest } from '../../core/text/suggest.ts'
import {
  pick,
  type ArgumentSpec,
  type Call,
  type Command,
  type OptionSpec,
  type OptionSpecs,
} from './command.ts'
import { globalOptions, type Globals } from './globals.ts'

/** A call as its words say, before it is known whether it is right. */
interface Words {
  readonly positionals: readonly string[]
  readonly rest: readonly string[] | undefined
  readonly options: readonly {
    readonly name: string
    readonly raw: string
    readonly value: string | undefined
  }[]
}

/** Options of all commands, as far as they can be read without knowing the command: how to report a wrong call. */
export function looseGlobals(
  argv: readonly string[],
): Pick<Globals, 'json' | 'plain' | 'verbose' | 'profile' | 'help' | 'version'> {
  const { options } = split(argv, globalOptions)
  const has = (name: string) => options.some((option) => option.name === name)
  return {
    json: has('json'),
    plain: has('plain'),
    verbose: has('verbose'),
    profile: has('profile'),
    help: has('help'),
    version: has('version'),
  }
}

/** What a command takes: its own options and then those of all commands that it makes something of. Its help tells the same. */
export function optionsOf({ options, without = [] }: Pick<Command, 'options' | 'without'>): OptionSpecs {
  const refused = new Set<string>(without)
  const globals = Object.entries(globalOptions).filter(([name]) => !refused.has(name))
  return { ...options, ...Object.fromEntries(globals) }
}

export interface Parsed {
  readonly globals: Globals
  readonly call: Call<OptionSpecs>
}

/**
 * Reads the words of a call of a command.
 * @throws ProvisionError `usage` for options or arguments that the command does not take, or lacks
 */
export function parseCall(name: string, command: Command, argv: readonly string[]): Parsed {
  const words = split(argv, { ...command.options, ...globalOptions })
  const values = valuesOf(name, optionsOf(command), words)
  const globals = pick(globalOptions, values)
  const args = words.positionals.slice(name.split(' ').length)
  if (!globals.help && !globals.version) checkArguments(name, command, args, words.rest)
  return { globals, call: { args, rest: words.rest, options: pick(command.options, values) } }
}

/** Takes a call apart; an option that is not among these is taken for one without a value. */
export function split(argv: readonly string[], specs: OptionSpecs): Words {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [
      name,
      { type: type === 'flag' ? ('boolean' as const) : ('string' as const), ...(short ? { short } : {}) },
    ]),
  )
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? argv.length
  return {
    positionals: tokens.flatMap((token) =>
      token.kind === 'positional' && token.index < end ? [token.value] : [],
    ),
    rest: end < argv.length ? argv.slice(end + 1) : undefined,
    options: tokens.flatMap((token) =>
      token.kind === 'option' ? [{ name: token.name, raw: token.rawName, value: token.value }] : [],
    ),
  }
}

function valuesOf(command: string, specs: OptionSpecs, { options }: Words): Record<string, unknown> {
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries({ ...globalOptions, ...specs }).map(([name, { type }]) => [
      name,
      type === 'flag' ? false : type === 'texts' ? [] : undefined,
    ]),
  )
  for (const { name, raw, value } of options) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (!spec && Object.hasOwn(globalOptions, name)) throw useless(command, raw)
    if (!spec) throw unknownOption(command, raw, specs)
    const former = values[name]
    values[name] = valueOf(raw, spec, value, Array.isArray(former) ? former.map(String) : [])
  }
  return values
}

function valueOf(
  raw: string,
  spec: OptionSpec,
  value: string | undefined,
  former: readonly string[],
): unknown {
  if (spec.type === 'flag') {
    if (value === undefined) return true
    throw new ProvisionError('usage', `${raw}: takes no value, but got ${JSON.stringify(value)}`, {
      help: `write only ${raw}`,
    })
  }
  if (value === undefined || value === '') {
    throw new ProvisionError('usage', `${raw}: a value is missing`, { help: `write ${raw} ${spec.value}` })
  }
  return spec.type === 'texts' ? [...former, value] : value
}

const useless = (command: string, raw: string): ProvisionError =>
  new ProvisionError('usage', `${command}: takes no ${raw}`, {
    help: `leave it out (provision help ${command})`,
  })

/** @param command undefined for an option that stands where a command should */
export function unknownOption(command: string | undefined, raw: string, specs: OptionSpecs): ProvisionError {
  const known = Object.keys(specs).map((name) => `--${name}`)
  const near = nearest(raw, known)
  const help = command === undefined ? 'provision help' : `provision help ${command}`
  const message = `there is no option ${raw}`
  return new ProvisionError('usage', command === undefined ? message : `${command}: ${message}`, {
    help: near === undefined ? help : `did you mean ${near}? (${help})`,
  })
}

function checkArguments(
  name: string,
  command: Command,
  args: readonly string[],
  rest: readonly string[] | undefined,
): void {
  const help = { help: `usage: ${usageOf(name, command)}` }
  const missing = command.args.filter(({ count }) => count === 'one')[args.length]
  if (missing) throw new ProvisionError('usage', `${name}: ${missing.name} is missing`, help)
  const extra = args[command.args.length]
  if (extra !== undefined && command.args.at(-1)?.count !== 'many') {
    const hint = command.rest ? { help: `put -- before a command to run: ${usageOf(name, command)}` } : help
    throw new ProvisionError('usage', `${name}: ${JSON.stringify(extra)} is one word too many`, hint)
  }
  if (rest && !command.rest) throw new ProvisionError('usage', `${name}: nothing may follow after --`, help)
  if (rest?.length === 0 || (command.rest === 'one' && !rest))
    throw new ProvisionError('usage', `${name}: the command to run is missing`, help)
}

/** `provision logs [options] [CONTAINER…]`. */
export function usageOf(name: string, { args, rest }: Pick<Command, 'args' | 'rest'>): string {
  const line = { one: ['-- COMMAND…'], optional: ['[-- COMMAND…]'] }
  return ['provision', name, '[options]', ...args.map(show), ...(rest ? line[rest] : [])].join(' ')
}

const show = ({ name, count }: ArgumentSpec): string =>
  count === 'one' ? name : count === 'optional' ? `[${name}]` : `[${name}…]`

/**
 * The texts of `--param`.
 * @throws ProvisionError `usage` for one without `=`, or with nothing before it
 */
export function paramsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
      const missing = at === 0 ? 'name' : 'value'
      throw new ProvisionError('usage', `--param ${text}: a ${missing} is missing`, {
        help: `write --param ${at === 0 ? `NAME${text}` : `${text}=VALUE`}`,
      })
    }),
  )
}
