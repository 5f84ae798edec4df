/** Stands on both sides of a command of ours in a text: no name can hold it, and no screen shows it. */
const edge = '\0'

const marked = new RegExp(`${edge}provision ([^${edge}]*)${edge}`, 'g')

/**
 * A command of ours in a text for people: `provision ssh web`. Where the text is made nobody knows which options led the present
 * call to its environment; `worded` adds them where the text is shown. A command that follows after `--` is no part of it.
 * @param words names of commands, hosts and containers, which hold no spaces
 */
export const ownCommand = (...words: readonly string[]): string =>
  `${edge}provision ${words.join(' ')}${edge}`

/** How a command of ours is typed, so that it finds the same playbook and environment: `npx provision ssh web --env test`. */
export type CommandLine = (...words: readonly string[]) => string

/** A text in which all commands of ours are as they are typed. */
export const worded = (text: string, commandLine: CommandLine): string =>
  text.includes(edge) ? text.replace(marked, (_, words: string) => commandLine(...words.split(' '))) : text
