import { listBoxes } from '../../src/boxes/find.ts'
import { removeBox } from '../../src/boxes/usage.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { differences, endStateOf, type EndState } from './end-state.ts'
import { effort, replayOf, tally } from './faults.ts'
import { killPlaces, killProject, type KillProject, type Version } from './kill-project.ts'
import { runKilled, type Moment, type Ran } from './killed.ts'
import { eventsIn } from './project.ts'

const { signal } = new AbortController()

/** What came of one kill and the run after it. */
export interface Outcome {
  /** False where the run was over before. */
  readonly killed: boolean
  /** What is wrong, with the command that tries it again. */
  readonly problem: string | undefined
  /** The run after it succeeded. */
  readonly recovered: boolean
}

/** Kills runs of one project, and compares what the next ones make with what undisturbed ones made. */
export interface KillTrial {
  readonly project: KillProject
  /** A run that nobody disturbs and that has to succeed. */
  readonly run: (...args: readonly string[]) => Promise<Ran>
  readonly look: () => Promise<EndState>
  readonly point: (command: string, point: number, moment: Moment, wanted: EndState) => Promise<Outcome>
  /** Makes the environment anew, in a version. */
  readonly anew: (version: Version) => Promise<void>
  readonly removeBoxes: () => Promise<void>
  /** Prints what was left and told in all points so far. */
  readonly tallies: () => void
  readonly end: () => Promise<void>
}

export async function killTrial(test: string): Promise<KillTrial> {
  const project = await killProject()
  const { dir, tmp, prefix, env, cli } = project
  const place = { cwd: dir, env }
  const look = () => endStateOf({ projectDir: dir, places: killPlaces, tmp, prefix })
  const counts = { left: 0, told: 0, phases: new Map<string, number>() }

  const run = async (...args: readonly string[]): Promise<Ran> => {
    const ran = await runKilled(cli, args, place)
    if (ran.code !== 0) throw new Error(`${args.join(' ')} failed: ${ran.last}`)
    return ran
  }

  const point = async (
    command: string,
    number: number,
    moment: Moment,
    wanted: EndState,
  ): Promise<Outcome> => {
    const { killed, last } = await runKilled(cli, [command], place, moment)
    const left = leftIn(await look())
    const next = await project.provision([command, '--json'], env)
    const state = await look()
    const plan = await project.provision(['plan', '--exit-code'], env)
    const told = notesIn(next.stdout)
    if (left.length > 0) counts.left += 1
    if (told.length > 0) counts.told += 1
    const problems = [
      ...(next.code === 0
        ? []
        : [`the next run ended with ${next.code}: ${next.stdout.slice(-2_000)}${next.stderr}`]),
      ...differences(wanted, state),
      ...(plan.code === 0 ? [] : [`a plan after it: ${plan.code}: ${plan.stdout}${plan.stderr}`]),
      ...(left.length > 0 && told.length === 0 ? [`it does not tell what it found: ${left.join('; ')}`] : []),
    ]
    const heading = `${command} killed ${JSON.stringify(moment)} after ${last}; ${replayOf(effort(), test, number)}`
    const problem = problems.length === 0 ? undefined : [heading, ...problems].join('\n')
    if (problem !== undefined) process.stdout.write(`${problem}\n`)
    return { killed, problem, recovered: next.code === 0 }
  }

  const removeBoxes = async (): Promise<void> => {
    const engine = await localEngine()
    for (const box of await listBoxes(engine, signal, prefix)) await removeBox(engine, box, signal)
  }

  return {
    project,
    run,
    look,
    point,
    removeBoxes,
    anew: async (version) => {
      project.edit(version)
      await project.provision(['destroy', '--yes'], env)
      // By way of the other one, which leaves its own traces.
      for (const [i, step] of (version === 'a'
        ? (['a', 'b', 'a'] as const)
        : (['a', 'b'] as const)
      ).entries()) {
        project.edit(step)
        await run(i === 0 ? 'quickstart' : 'refresh')
      }
    },
    tallies: () => {
      tally(`${test}: points that left something behind`, counts.left)
      tally(`${test}: runs that told so`, counts.told)
    },
    end: () => project.remove(),
  }
}

/** What does not go away by itself: half-made things, and files that nobody is working on. */
const leftIn = (state: EndState): readonly string[] =>
  state.filter((line) =>
    /\.provision-(?:new|old)"|\.making |file [^ ]*\/upload-|^here: (?:builder|bake node|temporary|state [^ ]*\.\d+)/.test(
      line,
    ),
  )

/** What a run says about its predecessor. */
const notesIn = (stdout: string): readonly string[] =>
  eventsIn(stdout).flatMap(({ event, text }) =>
    event === 'note' && typeof text === 'string' && /interrupted (?:run|bake)|cut off/.test(text)
      ? [text]
      : [],
  )
