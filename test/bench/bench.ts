import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { startWatch, type Background } from './background.ts'
import { bundleTool } from './bundle-tool.ts'
import { at, eventsOf, listAt } from './json.ts'
import { clearEngine } from './clear.ts'
import { run, type Ended } from './processes.ts'
import { findTools, type Toolbox } from './tools.ts'
import { copyProject } from './project.ts'

/** A place to measure in. All of it is its own, and goes with it. */
export interface Bench {
  /** Part of the name of everything that is made here. */
  readonly id: string
  /** The copy of the project, which may be edited. */
  readonly dir: string
  readonly signal: AbortSignal
  /** What there is to compare with. */
  readonly toolbox: Toolbox
  /** The command line of the tool. */
  readonly command: readonly string[]
  /** The tool as a process, in the copy. */
  readonly provision: (...args: readonly string[]) => Promise<Ended>
  /** The same in another folder. */
  readonly tool: (dir: string, ...args: readonly string[]) => Promise<Ended>
  /** `provision watch`, started in the copy. */
  readonly watch: () => Background
  /** Docker's own client; what it prints, without the space around it. */
  readonly docker: (...args: readonly string[]) => Promise<string>
  /** Any other program. */
  readonly program: (...argv: readonly string[]) => Promise<Ended>
  /** The reference application, running. */
  readonly system: () => Promise<Ended>
  /** Where a container of the running system answers. */
  readonly urlOf: (container: string) => Promise<string>
  /** Has this done at the end, also after an interruption; what came last goes first. */
  readonly onClose: (work: () => Promise<unknown>) => void
  readonly close: () => Promise<void>
}

export async function openBench(signal: AbortSignal): Promise<Bench> {
  const id = `bench-${randomBytes(3).toString('hex')}`
  const toolbox = await findTools(signal)
  const cli = await bundleTool(signal)
  const dir = await copyProject(id).catch((error: unknown) => {
    cli.remove()
    throw error
  })
  const calling = (stop: AbortSignal) => {
    const program = (...argv: readonly string[]) => run(argv, { cwd: dir, signal: stop })
    const tool = (where: string, ...args: readonly string[]) =>
      run([process.execPath, cli.bin, ...args], { cwd: where, signal: stop })
    const provision = (...args: readonly string[]) => tool(dir, ...args)
    const docker = async (...args: readonly string[]) => (await program('docker', ...args)).stdout.trim()
    return { program, tool, provision, docker }
  }
  const calls = calling(signal)
  const closing: (() => Promise<unknown>)[] = []
  return {
    id,
    dir,
    signal,
    toolbox,
    command: [process.execPath, cli.bin],
    ...calls,
    watch: () => {
      const watching = startWatch([process.execPath, cli.bin, 'watch', '--json'], dir, signal)
      closing.unshift(watching.quit)
      return watching
    },
    system: () => calls.provision('quickstart', '--plain'),
    urlOf: async (container) => {
      const { stdout } = await calls.provision('status', '--json')
      const endpoints = listAt(eventsOf(stdout, 'result')[0], 'data', 'endpoints')
      const url = at(
        endpoints.find((endpoint) => at(endpoint, 'container') === container),
        'url',
      )
      if (typeof url === 'string') return url
      throw new Error(`status tells of no endpoint of ${container}`)
    },
    onClose: (work) => void closing.unshift(work),
    close: async () => {
      for (const work of closing) await work().catch(() => undefined)
      // Also after an interruption: this part is never cut short.
      const { provision, docker } = calling(new AbortController().signal)
      await provision('destroy', '--yes', '--plain').catch(() => undefined)
      try {
        await clearEngine(docker, { id, dir })
      } finally {
        await rm(dir, { recursive: true, force: true })
        cli.remove()
      }
    },
  }
}
