import { describe, expect, it } from 'vitest'
import { parseCall } from '../../../src/cli/call/args.ts'
import type { Command, OptionSpec, OptionSpecs } from '../../../src/cli/call/command.ts'
import { globalOptions } from '../../../src/cli/call/globals.ts'
import { commandHelp } from '../../../src/cli/call/help.ts'
import { commands } from '../../../src/cli/call/table.ts'

const loaded: readonly (readonly [string, Command])[] = await Promise.all(
  Object.entries(commands).map(async ([name, load]) => [name, (await load()).command] as const),
)

/** Every option that any command may have. */
const known: OptionSpecs = Object.fromEntries(
  [globalOptions, ...loaded.map(([, { options }]) => options)].flatMap((specs) =>
    Object.entries<OptionSpec>(specs),
  ),
)

describe.each(loaded)('the help of %s', (name, command) => {
  const help = commandHelp(name, command, Infinity)
  const takes = (...words: readonly string[]): boolean => {
    try {
      parseCall(name, command, [...name.split(' '), ...words, '--help'])
      return true
    } catch {
      // The call was wrong.
      return false
    }
  }

  it('names the options that it takes, and no other', () => {
    const options = Object.entries(known)
    const row = (option: string) => new RegExp(`^  (?:-\\w, )?--${option}(?: [A-Z=]+)?  +\\S`, 'm')
    const named = options.filter(([option]) => row(option).test(help))
    const taken = options.filter(([option, { type }]) =>
      type === 'flag' ? takes(`--${option}`) : takes(`--${option}`, 'x'),
    )
    expect(named).toEqual(taken)
  })

  it('names each short option just where it is taken', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.match(/./g) ?? []
    const named = letters.filter((letter) => new RegExp(`^  -${letter}, --`, 'm').test(help))
    expect(named).toEqual(letters.filter((letter) => takes(`-${letter}`) || takes(`-${letter}`, 'x')))
  })

  it('tells what each argument is', () => {
    for (const { name: arg } of command.args)
      expect(help).toMatch(new RegExp(`^  ${arg.replace('|', '\\|')}  +\\S`, 'm'))
  })
})

describe('a call', () => {
  const called = (name: string, ...words: readonly string[]) => {
    const command = new Map(loaded).get(name)
    if (!command) throw new Error(`no command ${name}`)
    return () => parseCall(name, command, [...name.split(' '), ...words])
  }

  it.each([
    ['ssh', '--json', 'web'],
    ['exec', '--json', 'web', '--', 'ls'],
    ['init', '--playbook', 'shop'],
    ['box list', '--on', 'hosts.yaml'],
    ['box export', '--env', 'test', 'coreos.box'],
  ])('of %s with %s, of which it makes nothing, is refused', (name, option, ...words) => {
    expect(called(name, option, ...words)).toThrow(`${name}: takes no ${option}`)
  })
})
