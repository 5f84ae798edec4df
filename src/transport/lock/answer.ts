import { showDuration } from '../../core/text/duration.ts'
import { describeHolder, holderIn } from './state-lock.ts'

/** A line that the keeper of a lock says. */
export type LockAnswer =
  | { readonly says: 'none' }
  | { readonly says: 'free' }
  | { readonly says: 'no'; readonly why: string }
  | { readonly says: 'busy'; readonly who: string }
  /** `quiet`: milliseconds since somebody else had it; infinite when nobody had, 0 when that cannot be told. */
  | { readonly says: 'held'; readonly quiet: number }
  | { readonly says: 'lost' }

/** Of a silent owner is told from then on. Seconds. */
const noticeable = 10

/** How exactly a host tells its uptime. Milliseconds. */
const coarse = 10

/** Reads a line of the lock script; undefined when it is none of ours. */
export function readAnswer(line: string, host: string): LockAnswer | undefined {
  const [says = '', first = '', ...more] = line.split(' ')
  const rest = more.join(' ')
  switch (says) {
    case 'none':
    case 'free':
    case 'lost':
      return { says }
    case 'no':
      return { says, why: line.slice(3).trim() }
    case 'busy':
      return { says, who: whoHas(host, Number(first), rest) }
    case 'held':
      return { says, quiet: quietOf(Number(first), rest) }
    default:
      return undefined
  }
}

function whoHas(host: string, silence: number, text: string): string {
  const who = describeHolder(holderIn(text), host)
  // Not the exact time: what is told is told again when it changes.
  return silence >= noticeable
    ? `${who}, and says nothing now; it has to let go after ${showDuration(20_000)} of silence`
    : who
}

/** Both times are uptimes of the host in seconds: they go on when its clock is set. */
function quietOf(now: number, since: string): number {
  if (since === 'never') return Infinity
  const quiet = (now - Number(since)) * 1_000 - coarse
  // A file of before the host was started tells nothing.
  return quiet >= 0 ? quiet : 0
}
