import { digestOf } from '../../core/digest.ts'
import { quoteAll } from '../../core/quote.ts'
import { compact } from '../shell/compact.ts'
import { ownerShell } from '../shell/owner-shell.ts'
import { plainShell } from '../shell/plain-shell.ts'
import { stagedNames, stagingElsewhere, stagingShell } from '../shell/staging.ts'

/**
 * The script whose `commit` puts in place what has arrived: known from the start, or `run` in the stream, of which `end` holds
 * what `sha256sum` is to say of it.
 */
export type CommitSource = { readonly text: string } | { readonly in: 'stream' }

/** What `end` holds where the script is in the stream. */
export const endOf = (script: string): string => `${digestOf(script)}  -\n`

export interface PreludeOptions {
  /** Makes the name of the staging folder one that nobody else has. */
  readonly random: string
  readonly commit: CommitSource
  /** Where files go, so that they can be staged beside. */
  readonly folders: readonly string[]
  /** What else is to be removed at the end. */
  readonly uploads: readonly string[]
  readonly unpack: 'gzip -dc' | 'cat'
}

/**
 * What a host runs to take a tar stream from standard input: it makes a staging folder beside the files that it will
 * replace (so that putting them there is a rename), unpacks, and runs the commit. Whatever happens, the staging folder is
 * removed; those of predecessors that were killed too. It starts as few processes as it can: each costs more than all else.
 * Folders in other file systems get a staging folder each, so that there, too, files are put in place by a rename; those that
 * it made below the same folder as the first one's are surely in the same.
 *
 * The shell is in the staging folder from then on, and the commit, too: see `stagingShell`.
 *
 * `leave` empties that folder and sets $r to it, to be removed once the shell is elsewhere.
 *
 * Its report is pairs of texts that end with NUL: what could not be done, and why.
 */
export const commitPrelude = ({ random, commit, folders, uploads, unpack }: PreludeOptions): string => `
${plainShell}; umask 022
no() { printf '%s\\0%s\\0' "$1" "$2"; }
${ownerShell}
${stagingShell}
tell_devices() {
  n=0
  for d do
    until [ -d "$d" ]; do d=\${d%/*}; d=\${d:-/}; done
    no "device $n" "$(stat -c %d -- "$d")"
    n=$((n+1))
  done
  no home "$(stat -c %d .)"
}
R= S= full=
leave() {
  [ -z "$S" ] || take_away "$S"
  set -- ${quoteAll(uploads)}
  [ -z "$R" ] || set -- "$@" ${stagedNames}
  [ $# = 0 ] || rm -rf -- "$@"
  r=$R R=
  cd /
}
trap 'leave; [ -z "$r" ] || rmdir -- "$r"' EXIT
trap 'exit 129' HUP INT TERM PIPE
born $$
name=.provision-${random}-$here.$$.$b
set -- ${quoteAll(folders)}
n=0
for d do
  # What is above a folder that is not there yet: both are in one file system.
  a=$d
  until [ -d "$a" ]; do a=\${a%/*}; a=\${a:-/}; done
  [ "$a" != "$d" ] || a=
  eval "above$n=\\$a"
  n=$((n+1))
  for r in "\${d%/}"/.provision-*.*.*; do [ -O "$r" ] && [ -d "$r" ] && [ ! -L "$r" ] && left "$r" && take_away "$r"; done
done
for d do [ -d "$d" ] || { mkdir -p -- "$@" 2>/dev/null; break; }; done
n=0
for d in "$@" ${quoteAll(stagingElsewhere)}; do
  enter "\${d%/}/$name" && { R=\${d%/}/$name; break; }
  n=$((n+1))
done
[ -n "$R" ] || { no broken 'no folder can be written to'; exit 1; }
home=$d
eval "near=\\\${above$n:-\\$d}"
te=$(exec 2>&1; ${unpack === 'cat' ? 'exec' : `${unpack} |`} tar -x -p -o -m -f -)
[ -f end ]${'in' in commit ? ' && read -r d <end && [ "$(sha256sum <run)" = "$d" ]' : ''} || { no broken "$te"; tell_devices "$@"; exit 1; }
${helpers}
${'text' in commit ? commit.text : '. ./run'}
commit && no done ''
[ -z "$full" ] || tell_devices ${quoteAll(folders)}
leave
trap - EXIT
exec rmdir -- "$r"`

const helpers = compact(`
take() {
  me=\${me:-$(id -u):$(id -g)}
  if e=$( { mv -f -- "$1" "$2" && chown -- "$me" "$2" && chmod 644 -- "$2"; } 2>&1); then
    case $($sum <"$2") in "$4 "*) return 0;; esac
    no "damaged $3" ''
  else
    no "taken $3" "$e"
    full=1
  fi
  # Also where a full disk took the beginning of it.
  rm -f -- "$2"
}
lines() { set -f; IFS='
'; set -- $1; unset IFS; set +f; n=$#; }
verify() {
  v=$(sha256sum -c sums 2>/dev/null) && lines "$v" && [ $n -eq $1 ] && return 0
  n=0
  while IFS= read -r l; do
    # Where no checksums have arrived there is no line but an empty one.
    [ -n "$l" ] || continue
    n=$((n+1))
    case $l in *': OK') continue;; esac
    rm -f -- "./\${l%: FAILED*}"
    no "sum $n" "$te"
  done <<VERIFIED
$v
VERIFIED
  [ $n -eq $1 ] || { no broken "$te"; return 1; }
}
name() {
  [ -e "$1" ] || return 0
  e=$(mv -f -- "$1" "$2" 2>&1) || { no "file $3" "$e"; rm -f -- "$1"; }
}
each() {
  g=$1 how=$2
  shift 2
  e=$(c "$@" 2>&1) && return 0
  n=0
  for p do
    n=$((n+1))
    [ $how = keep ] || [ -e "$p" ] || continue
    e=$(c "$p" 2>&1) && continue
    no "each $g $n" "$e"
    [ $how = keep ] || rm -f -- "$p"
  done
}
rights_few() {
  n=$# k=
  for p do
    if [ -z "$k" ]; then k=$p; continue; fi
    replaces "$k" "$p" && set -- "$@" "$p"
    k=
  done
  shift $n
  exec stat -c '%a %u %g' -- . "$@" 2>/dev/null
}
rights_many() {
  k=
  { printf '.\\0'; for p do
    if [ -z "$k" ]; then k=$p; continue; fi
    replaces "$k" "$p" && printf '%s\\0' "$p"
    k=
  done; } | xargs -0 stat -c '%a %u %g' -- 2>/dev/null
}
like() {
  km=$1 ku=$2 kg=$3
  shift 3
  [ $# -gt 0 ] || return 0
  if [ $# -le 80 ]; then a=$(rights_few "$@"); else a=$(rights_many "$@"); fi
  k=
  {
    read -r xm xu xg
    for p do
      if [ -z "$k" ]; then k=$p; continue; fi
      if replaces "$k" "$p" && read -r m u g; then
        [ $km = 1 ] || m=644
        [ $ku = 1 ] || u=$xu
        [ $kg = 1 ] || g=$xg
        [ "$u" = "$xu" ] || keep chown "$u" "$k"
        [ "$g" = "$xg" ] || keep chown ":$g" "$k"
        [ "$m" = 644 ] || keep chmod "$m" "$k"
      fi
      k=
    done
  } <<LIKE
$a
LIKE
}
keep() { e=$("$1" -- "$2" "$3" 2>&1) || { no "key $3" "$e"; rm -f -- "$3"; }; }
replaces() { [ -e "$1" ] && [ -f "$2" ] && [ ! -L "$2" ]; }
was() { eval "a=\\\${above\${1#d}-}"; [ -z "$a" ]; }
beside() { [ "$2" = "$home" ] || { ! was "$1" && [ "$a" = "$near" ]; }; }
place() {
  [ -d "$2" ] || e=$(mkdir -p -- "$2" 2>&1) || { no "folder $1" "$e"; return 0; }
  if beside "$1" "$2"; then put_all "$1" "$2"; return 0; fi
  # For the way back from a folder there: ksh changes the folder of the shell itself for what stands in parentheses.
  exec 3<.
  # Without /proc there is none: they are copied to their places.
  if [ ! -d "/proc/$$/fd/3/$1" ]; then put_all "$1" "$2"; return 0; fi
  S=\${2%/}/$name
  ( by_way "$1" "$2" )
  # Where no folder there is surely ours, they are copied to their places.
  case $? in 0) ;; 2) put_all "$1" "$2";; *) take_away "$S";; esac
  S=
}
by_way() {
  enter "$S" || { [ $? = 2 ] && return 2; no "folder $1" "cannot write to '$2': \${e##*: }"; return 0; }
  if e=$(mv -f -- "/proc/$$/fd/3/$1" . 2>&1); then put_all "$1" "$2"; else no "folder $1" "$e"; fi
  rmdir -- "./$1" "../$name" 2>/dev/null
}
put_all() { n=0; put "$2" "$1"/*; put "$2" "$1"/.[!.]*; put "$2" "$1"/..?*; no "placed $1" $n; }
put() {
  d=\${1%/}/
  shift
  [ -e "$1" ] || return 0
  a=$(mv -f -- "$@" "$d" 2>&1) && { n=$((n+$#)); return 0; }
  for f do
    # It has gone to its place, unless it was not found.
    [ -e "$f" ] || { case $a in *"$f"*) ;; *) n=$((n+1));; esac; continue; }
    if e=$(mv -f -- "$f" "$d" 2>&1); then n=$((n+1)); else no "key $f" "$e"; fi
  done
}
remove_empty() {
  r=0
  for q do
    rmdir -- "$q" 2>/dev/null || [ ! -d "$q" ] || ! empty "$q" || { rmdir -- "$q"; r=1; }
  done
  return $r
}`)
