import type { Action } from '../../core/action.ts'
import { quote, quoteAll } from '../../core/quote.ts'
import { exportsOf } from '../shell/exports.ts'

/** A command to run on a host. */
export type RunAction = Extract<Action, { readonly do: 'run' }>

/** Between asking a command that took too long to end and killing it. Seconds. */
const grace = 5

/**
 * One script that runs commands one after the other and tells, on lines that begin with the marker, when each begins and
 * how it ends. It has to travel on standard input, because it holds the values of variables.
 */
export function commandScript(runs: readonly RunAction[], marker: string): string {
  return [`m=${quote(marker)}`, helpers, ...runs.map(section), 'exit 0'].join('\n')
}

/** Whether a name can be that of an environment variable. */
export const isVariableName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)

// A timeout that sleeps in one piece would leave its sleep behind; this one is gone within a second.
// What it needs is given to it as words: any name may be that of a variable of the command, PATH as well.
const helpers = `unset CDPATH
tell() { printf '\\n%s %s\\n' "$m" "$*"; }
enter() { cd -- "$1" 2>/dev/null || { tell nowhere "$2"; exit 125; }; }
if timeout -k 1 1 true 2>/dev/null; then
  by=$(command -v timeout)
  within() { exec "$@"; }
else
  by=$PATH
  within() {
    { shift 4; exec "$@"; } &
    p=$! PATH=$1 t=$4
    (
      i=0
      while [ $i -lt $t ]; do sleep 1; i=$((i+1)); done
      kill -TERM $p
      sleep ${grace}
      kill -KILL $p
    ) >/dev/null 2>&1 &
    w=$!
    # Not its word that the command was ended.
    wait $p 2>/dev/null
    c=$?
    kill $w 2>/dev/null
    exit $c
  }
fi`

function section({ argv, cwd, env, timeout }: RunAction, index: number): string {
  return [
    `tell begin ${index}`,
    '(',
    ...(cwd === undefined ? [] : [`enter ${quote(cwd)} ${index}`]),
    `set -- "$by" -k ${grace} ${secondsOf(timeout)} ${quoteAll(argv)}`,
    ...exportsOf(env),
    'within "$@"',
    ') </dev/null 2>&1',
    `tell end ${index} $?`,
  ].join('\n')
}

/** Whole seconds, because busybox knows no others. */
const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))
