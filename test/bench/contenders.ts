import type { Ended } from './processes.ts'
import { tools, type ToolName } from './tools.ts'
import type { Contender, Figure, Figures, RatioGoal } from './workload.ts'

type More = Pick<Contender, 'goals' | 'most'>

/** The plainest way to get the same, by hand. */
export const floor = (how: string, more: More = {}): Contender => ({
  name: 'floor',
  title: 'floor',
  how,
  ...more,
})

/** Another tool. */
export const peer = (needs: ToolName, how: string, more: More = {}): Contender => ({
  name: needs,
  title: tools[needs].title,
  how,
  needs,
  ...more,
})

/** The only figure of most workloads: how long it takes, the whole process. */
export const time = (most?: number): Readonly<Record<'time', Figure>> => ({
  time: { title: 'time', unit: 'ms', ...(most === undefined ? {} : { most }) },
})

/** Goals for that figure. */
export const faster = (times: number): Readonly<Record<string, RatioGoal>> => ({ time: { times } })
export const within = (factor: number): Readonly<Record<string, RatioGoal>> => ({ time: { within: factor } })

/** How long a process took. */
export const took = async (running: Promise<Ended>): Promise<Figures> => ({ time: (await running).ms })

/** How long this takes. */
export async function timed(work: () => Promise<unknown>): Promise<Figures> {
  const started = performance.now()
  await work()
  return { time: performance.now() - started }
}
