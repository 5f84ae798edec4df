/**
 * `after_name LINE` sets $after to what follows the program's name in a line of /proc/PID/stat. A name may hold anything, also a
 * parenthesis and a space; to look for its end from the other side takes dash, which is sh on Debian, as long as a process.
 */
export const afterName = `after_name() { after=\${1#*\\) }; case $after in *') '*) after=\${1##*\\) } ;; esac; }`

/** What another machine has not changed for so long is left, too: what it has under way cannot be seen from here. Minutes. */
const mostIdle = 24 * 60

/**
 * What a script keeps on a host for a while has a name that ends with `RANDOM-HERE.PID.BORN`: of the process that it belongs to,
 * and of its machine, since hosts may share a folder, and containers a kernel. $here is what tells this machine from others: its
 * name, up to what would not go into a file's. `born PID` sets $b to when a process was started, by the host's own count;
 * `left PATH` tells whether it has ended. Nothing is left that is called otherwise, and nothing where no process can be looked at.
 */
export const ownerShell = `${afterName}
here=; IFS= read -r here 2>/dev/null </proc/sys/kernel/hostname; here=\${here%%[!0-9A-Za-z-]*}
born() { b=; IFS= read -r b 2>/dev/null <"/proc/$1/stat" || return 1; after_name "$b"; set -- $after; b=\${20}; [ "$1" != Z ]; }
left() {
  i=\${1##*.}; h=\${1%.*}; p=\${h##*.}; h=\${h%.*}; h=\${h##*/}; h=\${h#.provision-}
  case \${h%%-*} in '' | *[!0-9a-f]*) return 1 ;; esac
  case $h in *[!0-9A-Za-z-]*) return 1 ;; esac
  case $p.$i in .* | *. | *[!0-9.]*) return 1 ;; esac
  case $h in *-*) [ "\${h#*-}" = "$here" ] || { idle "$1"; return; } ;; esac
  born $$ && { ! born "$p" || [ "$b" != "$i" ]; }
}
idle() { i=$(find "$1" -mmin -${mostIdle} 2>/dev/null) && [ -z "$i" ]; }`

/**
 * Sets $o to the process that serves the connection, which ends with it, as `PID.BORN`; to nothing where none is found. Ends
 * the script where that is gone by now: nobody is left who would use what it makes.
 */
export const connectionOwner = `o= q=$$ s=
while [ "$q" -gt 1 ]; do
  IFS= read -r l 2>/dev/null <"/proc/$q/stat" || break
  case $l in *' (sshd'*|*' (dropbear'*) born "$q" && o=$q.$b; break;; esac
  after_name "$l"
  set -- $after
  s=\${s:-$4} t=$4 q=$2
done
[ -n "$o" ] || [ "$q" -gt 1 ] || [ "$s" != "$t" ] || exit 1`
