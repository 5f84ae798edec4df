import { table } from '../../report/table.ts'
import { optionsOf, usageOf } from './args.ts'
import type { Command, OptionSpec, OptionSpecs } from './command.ts'
import { globalOptions } from './globals.ts'
import { commands } from './table.ts'

/** The commands of a group such as `box`, or all, with what each is for. */
export async function overview(columns: number, group: string): Promise<string> {
  const shown = Object.entries(commands).filter(([name]) => group === '' || name.startsWith(`${group} `))
  const rows = await Promise.all(
    shown.map(async ([name, load]) => [`  ${name}`, (await load()).command.summary]),
  )
  return [
    'provision: from one typed playbook to a running multi-host container system, and back in seconds after an edit',
    `usage: provision ${group === '' ? '' : `${group} `}COMMAND [options]`,
    `commands:\n${rowsText(rows, columns)}`,
    `options of every command that makes something of them:\n${optionsText(globalOptions, columns)}`,
    'Exit codes: 0 fine, 1 the run failed, 2 the call was wrong, 130 interrupted.\nMore on a command: provision help COMMAND',
  ].join('\n\n')
}

/** The help of one command, from the same table that its options are parsed by. */
export function commandHelp(name: string, command: Command, columns: number): string {
  const { summary, about, args, examples } = command
  const blocks = [
    `${summary}${about === undefined ? '' : `\n${about}`}`,
    `usage: ${usageOf(name, command)}`,
    args.length > 0
      ? rowsText(
          args.map((arg) => [`  ${arg.name}`, arg.summary]),
          columns,
        )
      : '',
    `options:\n${optionsText(optionsOf(command), columns)}`,
    `examples:\n${rowsText(
      examples.map(([line, meaning]) => [`  ${line}`, meaning]),
      columns,
    )}`,
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

const optionsText = (options: OptionSpecs, columns: number): string =>
  rowsText(
    Object.entries(options).map(([name, spec]) => [`  ${optionText(name, spec)}`, spec.summary]),
    columns,
  )

/** `-n, --tail LINES`. */
function optionText(name: string, spec: OptionSpec): string {
  const value = spec.type === 'flag' ? '' : ` ${spec.value}`
  return `${spec.short === undefined ? '' : `-${spec.short}, `}--${name}${value}`
}

function rowsText(rows: readonly (readonly string[])[], columns: number): string {
  const [first = [], ...others] = rows
  return table(first, others, columns)
}
