import type Dockerode from 'dockerode'
import { killScript } from './bootstrap.ts'
import type { Connection } from './connection.ts'
import { timeLimit } from './time-limit.ts'

/** Ends a command in a container, by its process id on the host. */
export type EndProcess = (pid: number) => Promise<void>

/** How long that may take. Milliseconds. */
const patience = 2_500

/** Docker has no way to end what was started by an exec; a shell of the host has, with rights of root. */
export const endOnHost =
  (connection: Connection): EndProcess =>
  async (pid) => {
    // Docker gives each exec a session of its own, whose name is its process id.
    const script = killScript({ pid: String(pid), session: String(pid) })
    await connection.script(script, { as: 'root', signal: timeLimit(patience) })
  }

/** Ends what an exec runs, where it still does. Never rejects: who is told to stop has no use for a reason. */
export async function endExec(exec: Dockerode.Exec, end: EndProcess): Promise<void> {
  try {
    const { Running, Pid } = await exec.inspect()
    if (Running && Pid > 0) await end(Pid)
  } catch {
    // The connection is gone, and with it the way to the process.
  }
}
