import type { ClientChannel } from 'ssh2'
import { bootstrap, killScript, newMarker, parseHello, scriptInput, type RemoteProcess } from './bootstrap.ts'
import type { Rights } from '../ssh/connection.ts'
import type { Unframed } from './marker.ts'
import { countSessions } from './count.ts'
import { openSession, sudoFor, type Session } from './index.ts'

/** How long a command that is to end may take before its channel is closed on it. Milliseconds. */
const patience = 5_000

/** Ends what runs on the host, then the channel, so that the call that waits for it comes back. */
export async function endRemote(
  session: Session,
  as: Rights,
  out: Unframed,
  marker: string,
  channel: ClientChannel,
): Promise<void> {
  const close = setTimeout(() => channel.close(), patience)
  channel.once('close', () => clearTimeout(close))
  const hello = await out.started
  await kill(session, as, parseHello(hello, marker))
  channel.close()
}

/** Outside the limit: it must not wait for what it is to end. */
async function kill(session: Session, as: Rights, running: RemoteProcess): Promise<void> {
  const marker = newMarker()
  try {
    // Waiting for a session that is free would be waiting for what is to end.
    const without = { ...session, sessions: countSessions() }
    const channel = await openSession(without, bootstrap(marker, sudoFor(session, as)))
    const done = new Promise((resolve) => channel.once('close', resolve))
    channel.on('error', () => undefined)
    channel.resume()
    channel.stderr.resume()
    channel.end(scriptInput(marker, killScript(running)))
    await done
  } catch {
    // The connection is gone, and with it the way to the process; closing the channel is all that is left.
  }
}
