import { parseArgs } from 'node:util'
import { ProvisionError } from '../../core/error.ts'
import { didYouMean, nearest } from '../../core/suggest.ts'
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

/** The first words that are no options, in which a command's name must stand. */
export const leadingWords = (argv: readonly string[]): readonly string[] =>
  split(argv, globalOptions).positionals

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

export interface Parsed {
  readonly globals: Globals
  readonly call: Call<OptionSpecs>
}

/**
 * Reads the words of a call of a command.
 * @throws ProvisionError `usage` for options or arguments that the command does not take, or lacks
 */
export function parseCall(name: string, command: Command, argv: readonly string[]): Parsed {
  const specs: OptionSpecs = { ...command.options, ...globalOptions }
  const words = split(argv, specs)
  const values = valuesOf(name, specs, words)
  const globals = pick(globalOptions, values)
  const args = words.positionals.slice(name.split(' ').length)
  if (!globals.help) checkArguments(name, command, args, words.rest)
  return { globals, call: { args, rest: words.rest, options: pick(command.options, values) } }
}

function split(argv: readonly string[], specs: OptionSpecs): Words {
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
    Object.entries(specs).map(([name, { type }]) => [
      name,
      type === 'flag' ? false : type === 'texts' ? [] : undefined,
    ]),
  )
  for (const { name, raw, value } of options) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
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

/** @param command undefined for an option that stands where a command should */
function unknownOption(command: string | undefined, raw: string, specs: OptionSpecs): ProvisionError {
  const known = Object.keys(specs).map((name) => `--${name}`)
  const near = nearest(raw, known)
  const help = command === undefined ? 'provision help' : `provision help ${command}`
  const message = `there is no option ${raw}`
  return new ProvisionError('usage', command === undefined ? message : `${command}: ${message}`, {
    help: near === undefined ? help : `did you mean ${near}? (${help})`,
  })
}

/** @throws ProvisionError `usage` for an option that not every command takes, before the first word that is none */
function refuseStray(argv: readonly string[], word: string | undefined): void {
  const before = word === undefined ? argv : argv.slice(0, argv.indexOf(word))
  const stray = split(before, globalOptions).options.find(({ name }) => !Object.hasOwn(globalOptions, name))
  if (stray) throw unknownOption(undefined, stray.raw, globalOptions)
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
}

/** `provision logs [options] [CONTAINER…]`. */
export function usageOf(name: string, { args, rest }: Pick<Command, 'args' | 'rest'>): string {
  return ['provision', name, ...args.map(show), ...(rest ? ['[-- COMMAND…]'] : [])].join(' ')
}

const show = ({ name, count }: ArgumentSpec): string =>
  count === 'one' ? name : count === 'optional' ? `[${name}]` : `[${name}…]`

/**
 * The texts of `--param`.
 * @throws ProvisionError `usage` for one without `=`
 */
export function paramsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
      throw new ProvisionError('usage', `--param ${text}: a value is missing`, {
        help: `write --param ${text}=VALUE`,
      })
    }),
  )
}

/** The group of commands, such as `box`, that words name without one of its commands; undefined when they name none. */
export function groupIn([first, ...more]: readonly string[], known: readonly string[]): string | undefined {
  if (first === undefined || more.length > 0 || known.includes(first)) return undefined
  return known.some((name) => name.startsWith(`${first} `)) ? first : undefined
}

/**
 * The name of the command that a call begins with; undefined when it has none.
 * @throws ProvisionError `usage` for a word that is no command, and for an option before it that not all commands take
 */
export function commandIn(argv: readonly string[], known: readonly string[]): string | undefined {
  const [first, second] = leadingWords(argv)
  if (first === undefined) {
    refuseStray(argv, first)
    return undefined
  }
  const group = known.filter((name) => name.startsWith(`${first} `))
  const full = `${first} ${second ?? ''}`.trim()
  if (group.includes(full)) return full
  if (known.includes(first)) return first
  if (group.length > 0) {
    const verbs = group.map((name) => name.slice(first.length + 1))
    const message =
      second === undefined
        ? `${first}: what to do with it is missing`
        : `${first}: there is no command ${JSON.stringify(second)}`
    throw new ProvisionError('usage', message, { help: didYouMean(second ?? '', verbs) })
  }
  refuseStray(argv, first)
  throw new ProvisionError('usage', `there is no command ${JSON.stringify(first)}`, {
    help: didYouMean(first, known),
  })
}
