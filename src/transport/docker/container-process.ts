import type Dockerode from 'dockerode'
import { setTimeout as sleep } from 'node:timers/promises'
import { unlessAborted } from '../../core/async/abort.ts'
import { killScript } from '../session/bootstrap.ts'
import type { Connection } from '../ssh/connection.ts'
import { timeLimit } from '../time-limit.ts'

/** Ends a command in a container, by its process id on the host. */
export type EndProcess = (pid: number) => Promise<void>

/** How long that may take. Milliseconds. */
const patience = 2_500

/** How long Docker may take to name the process of an exec, and how often it is asked. Milliseconds. */
const longestNameless = 1_000
const pause = 20

/** Docker has no way to end what was started by an exec; a shell of the host has, with rights of root. */
export const endOnHost =
  (connection: Connection): EndProcess =>
  async (pid) => {
    // Docker gives each exec a session of its own, whose name is its process id.
    const script = killScript({ pid: String(pid), session: String(pid) })
    await connection.script(script, { as: 'root', signal: timeLimit(patience) })
  }

/**
 * Ends what an exec runs, where it still does, or is about to: Docker says that an exec was accepted before it starts its
 * process, and passes on what that writes before it knows its id (up to 17 ms on a busy machine, Docker 20.10).
 * Never rejects: who is told to stop has no use for a reason.
 */
export async function endExec(exec: Pick<Dockerode.Exec, 'inspect'>, end: EndProcess): Promise<void> {
  const limit = timeLimit(longestNameless)
  try {
    // An engine that does not answer is not waited for either.
    const look = () => unlessAborted(limit, exec.inspect())
    let seen = await look()
    while (seen.Pid === 0 && seen.ExitCode === null && !limit.aborted) {
      await sleep(pause)
      seen = await look()
    }
    if (seen.Running && seen.Pid > 0) await end(seen.Pid)
  } catch {
    // The connection is gone, and with it the way to the process.
  }
}
