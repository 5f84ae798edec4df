/**
 * What a script keeps on a host for a while has a name that ends with `.PID.BORN` of the process that it belongs to.
 * `born PID` sets $b to when a process was started, by the host's own count; `left NAME` tells whether it has ended.
 */
export const ownerShell = `born() { b=; IFS= read -r b 2>/dev/null <"/proc/$1/stat" || return 1; set -- \${b##*\\) }; b=\${20}; [ "$1" != Z ]; }
left() { i=\${1##*.}; p=\${1%.*}; p=\${p##*.}; ! born "$p" || [ "$b" != "$i" ]; }`

/** Sets $o to the process that serves the connection, which ends with it, as `PID.BORN`; to nothing where none is found. */
export const connectionOwner = `o= q=$$
while [ "$q" -gt 1 ]; do
  IFS= read -r l 2>/dev/null <"/proc/$q/stat" || break
  case $l in *' (sshd'*|*' (dropbear'*) born "$q" && o=$q.$b; break;; esac
  set -- \${l##*\\) }
  q=$2
done`
