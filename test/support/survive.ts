import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { SshTarget } from '../../src/core/host.ts'
import type { ErrorCode } from '../../src/core/error.ts'
import type { ConnectOptions } from '../../src/transport/ssh/index.ts'
import type { Job } from './host-job.ts'

/** The one error that a fault may end in. */
export interface Clear {
  readonly code: ErrorCode
  readonly message: RegExp
  readonly output?: RegExp
  readonly help: RegExp
}

/** How a job must end: all done, one clear error, or either. */
export type Expected = 'done' | Clear | readonly ['done', ...Clear[]]

export interface Bounds {
  /** Seconds after which it counts as hanging. */
  readonly within?: number
  readonly connect?: ConnectOptions
}

/**
 * Does a job on a host and checks its end: either all is as it should be, or there is one clear error and every file is
 * whole, old or new.
 */
export async function survive(
  job: Job,
  target: SshTarget,
  expected: Expected,
  { within = 20, connect }: Bounds = {},
): Promise<'done' | 'refused'> {
  const { errors, seconds } = await job.run(target, connect)
  const said = errors.map(({ code, message, output, help }) => ({ code, message, output, help }))
  if (process.env['PROVISION_FAULTS_SHOW']) console.log(seconds.toFixed(1), JSON.stringify(said, null, 1))
  const { broken, old } = job.look()
  expect(broken, 'files that are neither old nor new').toEqual([])
  expect(seconds).toBeLessThan(within)
  const clear = typeof expected === 'string' ? [] : 'code' in expected ? [expected] : expected.slice(1)
  const mayBeDone = expected === 'done' || Array.isArray(expected)
  if (errors.length === 0) {
    expect(mayBeDone, 'it went well, which was not expected').toBe(true)
    expect(old).toBe(0)
    await untilNothingIsLeft(job)
    return 'done'
  }
  expect(said, 'one error only').toHaveLength(1)
  const [first] = errors
  const fits = clear.some(
    (one) =>
      typeof one === 'object' &&
      one.code === first?.code &&
      one.message.test(first.message) &&
      (one.output === undefined || one.output.test(first.output ?? '')) &&
      one.help.test(first.help ?? ''),
  )
  if (!fits) expect(said, 'an error that was expected').toEqual(clear)
  return 'refused'
}

/** A host ends what it was doing a moment after the connection has gone. */
export async function untilNothingIsLeft(job: Job): Promise<void> {
  for (let i = 0; i < 50 && job.leftovers().length > 0; i++) await sleep(100)
  expect(job.leftovers()).toEqual([])
}
