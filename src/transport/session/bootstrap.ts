import { randomBytes } from 'node:crypto'
import { quote, quoteAll } from '../../core/quote.ts'

/** A word that occurs nowhere else, to tell our lines from whatever a login shell prints. */
export const newMarker = (): string => `provision-${randomBytes(16).toString('hex')}`

/** Tells process and session. */
const greeting = ['read -r a b c d e s f 2>/dev/null </proc/$$/stat', 'echo "$0 $$ $s"', 'echo "$0" >&2']

/** How it ends where no script comes whole. */
export const noScript = 96

/**
 * The first thing that a host runs. It greets, reads a script from its standard input up to the line that is the marker
 * (`read` takes a byte at a time, so all that follows stays for the script's own commands), and runs it. The login shell that
 * passes it on may be any: there is no newline, backslash, exclamation mark or inner quote.
 */
export const reader = [
  ...greeting,
  'n=$(echo; echo x)',
  'n=${n%x}',
  't=',
  'while IFS= read -r l; do case $l in "$0") eval "$t"; exit;; esac; t="$t$l$n"; done',
  `exit ${noScript}`,
].join('; ')

/** The same for a script that is its argument, as `printf %b` reads it; the standard input is the script's own. */
export const unpacker = [...greeting, 'eval "$(printf %b "$1")"'].join('; ')

/**
 * The command line to execute on a host.
 * @param prefix what gives it the rights that it needs
 */
export const bootstrap = (marker: string, prefix: readonly string[]): string =>
  quoteAll([...prefix, 'sh', '-c', reader, marker])

/**
 * What to send it for a script; what is sent after that is the script's standard input. A login shell that reads this
 * itself, because a start-up file has handed over to it, stops at the first line: it has another name than the marker.
 */
export const scriptInput = (marker: string, script: string): string =>
  `[ "$0" = ${marker} ] || exit 97\n${script}\n${marker}\n`

/** The script that becomes a command. */
export const execScript = (argv: readonly string[]): string => `exec ${quoteAll(argv)}`

/** A running script on its host. */
export interface RemoteProcess {
  readonly pid: string
  /** Undefined where the host has no /proc. */
  readonly session: string | undefined
}

/** Reads what the bootstrap says of itself: the marker's line. */
export function parseHello(line: string, marker: string): RemoteProcess {
  const [pid = '', session] = line.slice(marker.length).trim().split(' ')
  return { pid, session: session === '' ? undefined : session }
}

/**
 * Ends everything that a script has started: sshd gives each command a session of its own, which also holds what has
 * moved to other process groups, as `timeout` does.
 */
export function killScript({ pid, session }: RemoteProcess): string {
  if (session === undefined) return `kill -TERM ${quote(pid)} 2>/dev/null; exit 0`
  // It goes on when its connection ends and all of that is told to end.
  return `
trap '' TERM HUP PIPE
of_session() {
  for f in /proc/[0-9]*/stat; do
    IFS= read -r l 2>/dev/null <"$f" || continue
    p=\${f%/stat}; p=\${p#/proc/}
    set -- \${l##*\\) }
    [ "$4" = ${quote(session)} ] && [ "$1" != Z ] && echo "$p"
  done
}
p=$(of_session)
[ -n "$p" ] && kill -TERM $p 2>/dev/null
for i in 1 2 3 4 5 6 7; do
  p=$(of_session)
  [ -n "$p" ] || exit 0
  sleep 0.1 2>/dev/null || sleep 1
done
kill -KILL $p 2>/dev/null
exit 0`
}
