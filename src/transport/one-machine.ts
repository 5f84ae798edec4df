import { isProvisionError } from '../core/error.ts'
import type { HostPort } from '../core/host.ts'
import { connectionOwner, ownerShell } from './shell/owner-shell.ts'

const serving = `${ownerShell}
${connectionOwner}
printf %s "$o"`

const isServed = `${ownerShell}
born "\${1%.*}" && [ "$b" = "\${1##*.}" ]`

/**
 * Whether two hosts that seem to be one machine are: the process that serves the connection to one of them is there on the other.
 * Copies of a machine that runs are alike in all else. One that is lost meanwhile changes nothing, so they are not. Costs two
 * round trips.
 */
export async function isOneMachine(one: HostPort, other: HostPort, signal: AbortSignal): Promise<boolean> {
  const served = await run(one, [serving], signal)
  if (served?.code !== 0 || !/^\d+\.\d+$/.test(served.output)) return false
  const there = await run(other, [isServed, 'sh', served.output], signal)
  return there?.code === 0
}

async function run(host: HostPort, script: readonly string[], signal: AbortSignal) {
  try {
    const [answer] = await host.probe([{ ask: 'command', argv: ['sh', '-c', ...script] }], signal)
    return typeof answer === 'object' && 'code' in answer ? answer : undefined
  } catch (error) {
    if (isProvisionError(error) && error.code === 'host') return undefined
    throw error
  }
}
