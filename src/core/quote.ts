import { ProvisionError } from './error.ts'

const plain = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/

/**
 * One word for a POSIX shell, arriving byte for byte. The only place where text becomes shell.
 * @throws ProvisionError for a NUL, which no argument of a process can hold
 */
export function quote(word: string): string {
  if (word.includes('\0')) {
    throw new ProvisionError(
      'playbook',
      `a NUL character cannot be passed to a command: ${JSON.stringify(word)}`,
      {
        help: 'remove the NUL character from the value',
      },
    )
  }
  return plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command line for a POSIX shell from an argument vector. */
export const quoteAll = (argv: readonly string[]): string => argv.map(quote).join(' ')
