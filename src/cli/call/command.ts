import type { Context } from './context.ts'
import type { GlobalName } from './globals.ts'

/** An option of a command: `flag` has no value, `text` has one, `texts` may be given again and again. */
export type OptionSpec =
  | { readonly type: 'flag'; readonly short?: string; readonly summary: string }
  | {
      readonly type: 'text' | 'texts'
      /** How the value is called in the help: `FILE`. */
      readonly value: string
      readonly short?: string
      readonly summary: string
    }

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

type OptionValue<O extends OptionSpec> = O extends { type: 'flag' }
  ? boolean
  : O extends { type: 'texts' }
    ? readonly string[]
    : string | undefined

export type OptionValues<O extends OptionSpecs> = { readonly [K in keyof O]: OptionValue<O[K]> }

export interface ArgumentSpec {
  /** In capitals: `HOST`. */
  readonly name: string
  readonly count: 'one' | 'optional' | 'many'
  readonly summary: string
}

/** What a command was called with. */
export interface Call<O extends OptionSpecs> {
  readonly args: readonly string[]
  /** What came after `--`; undefined where there was none. */
  readonly rest: readonly string[] | undefined
  readonly options: OptionValues<O>
}

/** 0 fine, 1 the run failed, 2 the call was wrong, 130 interrupted; `ssh` and `exec` pass on what they ran. */
export type ExitCode = number

interface Described {
  /** One line, for the list of commands. */
  readonly summary: string
  /** More about it, for its own help. */
  readonly about?: string
  readonly args: readonly ArgumentSpec[]
  /** Whether a command line has to follow after `--`, or may. Default: none may. */
  readonly rest?: 'one' | 'optional'
  /** Those of the options of all commands that it makes nothing of, and refuses. Default: none. */
  readonly without?: readonly GlobalName[]
  readonly examples: readonly (readonly [line: string, meaning: string])[]
}

export interface CommandSpec<O extends OptionSpecs> extends Described {
  readonly options: O
  readonly run: (context: Context, call: Call<O>) => Promise<ExitCode>
}

/** One command of the tool. */
export interface Command extends Described {
  readonly options: OptionSpecs
  readonly run: (context: Context, call: Call<OptionSpecs>) => Promise<ExitCode>
}

/** Declares a command; its options are typed by their specs. */
export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): Command {
  return {
    ...spec,
    run: (context, { args, rest, options }) =>
      spec.run(context, { args, rest, options: pick(spec.options, options) }),
  }
}

/** The values of these options, which the parser has typed by the same specs. */
export function pick<O extends OptionSpecs>(
  specs: O,
  values: Readonly<Record<string, unknown>>,
): OptionValues<O>
export function pick(specs: OptionSpecs, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(specs).map((name) => [name, values[name]]))
}
