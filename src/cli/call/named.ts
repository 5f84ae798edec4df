import { ProvisionError } from '../../core/error.ts'
import { didYouMean } from '../../core/text/suggest.ts'
import { split, unknownOption } from './args.ts'
import { globalOptions } from './globals.ts'

/** The first words that are no options, in which a command's name must stand. */
export const leadingWords = (argv: readonly string[]): readonly string[] =>
  split(argv, globalOptions).positionals

/**
 * The words that `help` is asked about.
 * @throws ProvisionError `usage` for an option that not every command takes, and for a word after those of a command
 */
export function helpWords(argv: readonly string[], known: readonly string[]): readonly string[] {
  refuseStray(argv, undefined)
  const words = leadingWords(argv).slice(1)
  const named = groupIn(words, known) ?? commandIn(words, known) ?? ''
  const extra = words[named === '' ? 0 : named.split(' ').length]
  if (extra === undefined) return words
  throw new ProvisionError('usage', `help: ${JSON.stringify(extra)} is one word too many`, {
    help: `provision help ${named}`,
  })
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

/** @throws ProvisionError `usage` for an option that not every command takes, before the first word that is none */
function refuseStray(argv: readonly string[], word: string | undefined): void {
  const before = word === undefined ? argv : argv.slice(0, argv.indexOf(word))
  const stray = split(before, globalOptions).options.find(({ name }) => !Object.hasOwn(globalOptions, name))
  if (stray) throw unknownOption(undefined, stray.raw, globalOptions)
}
