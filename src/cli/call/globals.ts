import type { OptionSpecs, OptionValues } from './command.ts'

/** Options that every command takes which makes something of them. */
export const globalOptions = {
  playbook: { type: 'text', value: 'NAME', summary: 'which playbook: a name or a path' },
  param: { type: 'texts', value: 'KEY=VALUE', summary: 'give a param of the playbook a value' },
  env: { type: 'text', value: 'NAME', summary: 'name of the environment, to have several side by side' },
  on: { type: 'text', value: 'FILE', summary: 'run on the SSH hosts of this YAML file' },
  dir: { type: 'text', value: 'DIR', summary: 'as if called in this folder' },
  json: { type: 'flag', summary: 'one JSON event a line on stdout, nothing else' },
  plain: { type: 'flag', summary: 'plain lines, as in a log' },
  verbose: { type: 'flag', summary: 'every line of output, and stack traces' },
  profile: { type: 'flag', summary: 'where the time went, round trips, and a trace file for Perfetto' },
  yes: { type: 'flag', short: 'y', summary: 'answer questions with yes' },
  help: { type: 'flag', short: 'h', summary: 'help on a command' },
  version: { type: 'flag', summary: 'the version of provision' },
} as const satisfies OptionSpecs

export type Globals = OptionValues<typeof globalOptions>

export type GlobalName = keyof typeof globalOptions

/** What says which playbook is meant, and where it is to live. */
export const placeNames = ['playbook', 'param', 'env', 'on'] as const satisfies readonly GlobalName[]
