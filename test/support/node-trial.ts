import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { differences, type EndState } from './end-state.ts'
import { killTrial, type KillTrial } from './kill-trial.ts'
import { runDisturbed } from './killed.ts'
import type { Version } from './kill-project.ts'
import { eventsIn } from './project.ts'

const run = promisify(execFile)

/** How a run has to end: well, or with an error that says this. */
export type Ending = 'fine' | RegExp | readonly ['fine', RegExp]

/** What is done to nodes, and what has to come of it. */
export interface NodeFault {
  readonly title: string
  /** Done before a run; what it gives undoes it. */
  readonly before?: (trial: NodeTrial) => Promise<unknown>
  /** Done while a run is under way, after so many events of a kind. */
  readonly during?: { readonly events: number; readonly inject: (trial: NodeTrial) => Promise<unknown> }
  readonly ends: Ending
  /** Mends it, before the next run. */
  readonly mend?: (trial: NodeTrial) => Promise<unknown>
  /** The run after it; `refresh` unless said. */
  readonly next?: 'quickstart' | 'refresh'
  /** What a node that is made anew has no trace of: files that no playbook lists any more. */
  readonly forgets?: RegExp
  /** Runs until all is as it should be; 1 unless said. */
  readonly runs?: number
  /** Whose files and containers have to be whole, old or new, while the fault lasts. */
  readonly whole?: readonly string[]
}

/** The project of the kill tests, made in both versions, with means to do harm to its nodes. */
export interface NodeTrial extends KillTrial {
  /** Runs a shell script in a node, past our own code. */
  readonly sh: (host: string, script: string) => Promise<string>
  readonly docker: (...args: readonly string[]) => Promise<string>
  /** The id of a node's container, stopped ones too. */
  readonly node: (host: string) => Promise<string>
  /** Tries a fault. What is wrong with what came of it; nothing when all is well. */
  readonly suffer: (fault: NodeFault) => Promise<readonly string[]>
}

const other = { a: 'b', b: 'a' } as const
/** Longer than any run here takes that a fault does not hold up. Seconds. */
const bound = 90

export async function nodeTrial(test: string): Promise<NodeTrial> {
  const trial = await killTrial(test)
  const { project } = trial
  const clean = new Map<Version, EndState>()
  await trial.run('quickstart')
  for (const version of ['b', 'a'] as const) {
    project.edit(version)
    await trial.run('refresh')
    clean.set(version, await trial.look())
  }
  let now: Version = 'a'
  const docker = async (...args: readonly string[]) =>
    (await run('docker', args, { maxBuffer: 1 << 26 })).stdout.trim()
  const node = async (host: string) => {
    const filters = [`label=provision.project=${project.dir}`, `label=provision.host=${host}`]
    return docker('ps', '--all', '--quiet', ...filters.flatMap((filter) => ['--filter', filter]))
  }
  const self: NodeTrial = {
    ...trial,
    docker,
    node,
    sh: async (host, script) => docker('exec', await node(host), 'sh', '-c', script),
    async suffer({ before, during, ends, mend, next = 'refresh', runs = 1, whole = [], forgets }) {
      const [old, wanted] = [clean.get(now) ?? [], clean.get(other[now]) ?? []]
      now = other[now]
      project.edit(now)
      const problems: string[] = []
      await before?.(self)
      const started = performance.now()
      const disturbance = during && { at: { events: during.events }, act: () => during.inject(self) }
      const faulty = await runDisturbed(
        project.cli,
        ['refresh'],
        { cwd: project.dir, env: project.env },
        disturbance,
      )
      const seconds = (performance.now() - started) / 1_000
      const told = failuresIn(faulty.stdout) || faulty.stderr
      if (process.env['PROVISION_FAULTS_SHOW']) console.log(seconds.toFixed(1), faulty.code, told)
      if (!fits(ends, faulty.code, told)) problems.push(`it ended with ${faulty.code}: ${told}`)
      if (told.includes('"code":"interrupted"'))
        problems.push(`it tells of an interruption that nobody made: ${told}`)
      if (seconds > bound) problems.push(`it took ${seconds} s`)
      if (whole.length > 0) problems.push(...broken(await trial.look(), whole, old, wanted))
      await mend?.(self)
      for (let i = 0; i < runs; i++) {
        const healed = await project.provision([next, '--json'], project.env)
        if (healed.code !== 0 && i === runs - 1)
          problems.push(
            `the next run ended with ${healed.code}: ${failuresIn(healed.stdout)}${healed.stderr}`,
          )
      }
      const differing = differences(wanted, await trial.look())
      problems.push(...differing.filter((line) => forgets?.test(line) !== true))
      if (problems.length > 0) await trial.anew(now)
      return problems
    },
  }
  return self
}

const fits = (ends: Ending, code: number | null, told: string): boolean => {
  if (code === 0) return ends === 'fine' || Array.isArray(ends)
  const pattern = ends instanceof RegExp ? ends : ends === 'fine' ? undefined : ends[1]
  return code === 1 && pattern?.test(told) === true
}

/** All that a run says of its failures, help included. */
const failuresIn = (stdout: string): string =>
  eventsIn(stdout)
    .filter(({ event }) => event === 'failed')
    .map(({ failure }) => JSON.stringify(failure))
    .join('\n')

/** Files and containers of hosts that are neither as they were nor as they should be. */
function broken(
  state: EndState,
  hosts: readonly string[],
  old: EndState,
  wanted: EndState,
): readonly string[] {
  const keyOf = (line: string) => /^(\w+: (?:file \S+|container \{"name":"[^"]+"))/.exec(line)?.[1]
  const ofHosts = (lines: EndState) =>
    lines.filter((line) => hosts.some((host) => line.startsWith(`${host}: `)) && keyOf(line) !== undefined)
  const known = new Set([...old, ...wanted])
  // What takes the room, containers in the making, and lists of what is to be deleted, which hold both while that goes on.
  const isOther = (line: string) => /\.provision-(?:new|old)"|\/filling|\/provision\/trees\//.test(line)
  const odd = ofHosts(state).filter((line) => !known.has(line) && !isOther(line))
  const present = new Set(ofHosts(state).map(keyOf))
  const inBoth = ofHosts(old).filter((line) => ofHosts(wanted).some((one) => keyOf(one) === keyOf(line)))
  const lost = inBoth.filter((line) => !present.has(keyOf(line)))
  return [...odd.map((line) => `neither old nor new: ${line}`), ...lost.map((line) => `gone: ${line}`)]
}
