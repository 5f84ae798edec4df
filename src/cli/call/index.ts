import { resolve } from 'node:path'
import { ProvisionError } from '../../core/error.ts'
import { didYouMean } from '../../core/text/suggest.ts'
import { timed } from '../../core/track.ts'
import { looseGlobals, parseCall } from './args.ts'
import type { Command, ExitCode } from './command.ts'
import type { Context } from './context.ts'
import type { Blame } from '../../report/failure.ts'
import type { Report } from '../../report/report.ts'
import type { Globals } from './globals.ts'
import { commandIn, groupIn, helpWords, leadingWords } from './named.ts'
import type { Learned } from '../main.ts'
import type { Profiling } from '../profiling.ts'
import type { Run } from '../run/index.ts'
import { commands } from './table.ts'
import type { Wiring } from '../wiring.ts'

/** Where a call takes place. */
export interface World extends Pick<
  Context,
  'cwd' | 'env' | 'stdin' | 'stdout' | 'stderr' | 'look' | 'signal' | 'handOver' | 'emit' | 'commandLine'
> {
  /** A text as it may be shown: without secrets, and with commands of ours as they are typed. */
  readonly shown: (text: string) => string
  /** Aborted when a stopped run does not end in good order. */
  readonly overdue: AbortSignal
  readonly streams: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream }
  /** Shows text to people. */
  readonly show: (text: string) => void
  /** Opens another report like the one of this call, for a part of it that is reported by itself. */
  readonly openReport: () => Promise<Report>
  /** Listens to what began so many milliseconds after the process did; undefined without `--profile`. */
  readonly profilingFrom: (began: number) => Promise<Profiling | undefined>
  readonly blame: Blame
  readonly wiring: Wiring
  readonly learned: Learned
}

/** @throws ProvisionError `usage` for a call that is wrong, and whatever the command throws */
export async function callCommand(argv: readonly string[], world: World): Promise<ExitCode> {
  const loose = looseGlobals(argv)
  const group = loose.help ? groupIn(leadingWords(argv), Object.keys(commands)) : undefined
  if (group !== undefined) return showHelp([group], loose, world)
  const name = commandIn(argv, [...Object.keys(commands), 'help'])
  if (name === undefined && loose.version) return showVersion(loose, world)
  if (name === undefined && (loose.help || argv.length === 0)) return showHelp([], loose, world)
  if (name === undefined) {
    throw new ProvisionError('usage', 'which command?', { help: didYouMean('', Object.keys(commands)) })
  }
  if (name === 'help') return showHelp(helpWords(argv, Object.keys(commands)), loose, world)
  const command = await load(name)
  const { globals, call } = parseCall(name, command, argv)
  world.learned.globals = globals
  if (globals.help) return showHelp(name.split(' '), globals, world)
  if (globals.version) return showVersion(globals, world)
  return command.run(contextOf(globals, world), call)
}

async function load(name: string): Promise<Command> {
  const module = await commands[name]?.()
  if (module) return module.command
  throw new ProvisionError('usage', `there is no command ${JSON.stringify(name)}`)
}

type Ways = Pick<Globals, 'json'>

async function showHelp(words: readonly string[], ways: Ways, world: World): Promise<ExitCode> {
  const { overview, commandHelp } = await import('./help.ts')
  const { columns } = world.look
  const group = groupIn(words, Object.keys(commands))
  const name = group === undefined ? commandIn(words, Object.keys(commands)) : undefined
  const text =
    name === undefined ? await overview(columns, group ?? '') : commandHelp(name, await load(name), columns)
  answer(ways, world, 'help', text, () => text)
  return 0
}

async function showVersion(ways: Ways, world: World): Promise<ExitCode> {
  const { toolVersion } = await import('../version.ts')
  const version = await toolVersion()
  answer(ways, world, 'version', { version, node: process.version }, () => `provision ${version}`)
  return 0
}

function answer(
  { json }: Ways,
  { emit, show: showText, look }: Pick<World, 'emit' | 'show' | 'look'>,
  command: string,
  data: unknown,
  show: (look: World['look']) => string,
): void {
  if (json) emit({ event: 'result', command, data })
  else showText(show(look))
}

function contextOf(globals: Globals, world: World): Context {
  const { cwd, env, stdin, stdout, stderr, look, signal, handOver, emit, commandLine } = world
  const { streams, wiring, learned } = world
  const dir = resolve(cwd, globals.dir ?? '.')
  // What we tell the user to type next has to find the same one.
  const learnPlaybook = (playbook: string | undefined): void => {
    learned.globals = { ...globals, playbook: playbook ?? globals.playbook }
  }
  return {
    ...{ globals, env, stdin, stdout, stderr, look, signal, handOver, emit, commandLine, wiring },
    cwd: dir,
    terminal: streams.stdout,
    answer: (command, data, show) => answer(globals, world, command, data, show),
    confirm: async (question) => {
      if (globals.yes) return true
      const { confirm } = await import('../prompt.ts')
      return confirm(question, { stdin, stderr: streams.stderr, signal })
    },
    place: async (playbook) => {
      const { openPlace } = await import('../playbook/place.ts')
      learnPlaybook(playbook)
      const place = await openPlace(playbook, globals, dir)
      learned.projectDir = place.projectDir
      return place
    },
    workspace: async (playbook) => {
      const { openWorkspace } = await import('../playbook/workspace.ts')
      learnPlaybook(playbook)
      await learnWritten(learned)
      const opening = () => openWorkspace(playbook, globals, dir)
      const workspace = await timed(emit, { what: 'load the playbook' }, opening)
      signal.throwIfAborted()
      learned.projectDir = workspace.projectDir
      return workspace
    },
    withRun: async (workspace, work, over) => {
      await learnWritten(learned)
      const options = { emit, signal, commandLine, ifLocked: 'wait', ...over } as const
      const run: Run = await timed(options.emit, { what: 'prepare the run' }, () =>
        wiring.openRun(workspace, options),
      )
      learned.redact = (text) => run.redact(text)
      try {
        return await work(run)
      } finally {
        await run.close()
      }
    },
    reportApart: async (work, isFatal) => {
      const { reportApart } = await import('../report/apart.ts')
      learned.isInParts = true
      return reportApart({ ...world, json: globals.json }, work, isFatal)
    },
  }
}

/** From now on code of a playbook may fail; what tells where comes with the compiler, which other calls do without. */
async function learnWritten(learned: Learned): Promise<void> {
  const { writtenPlace } = await import('../playbook/written.ts')
  learned.written = writtenPlace
}
