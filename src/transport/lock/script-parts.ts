import { afterName } from '../shell/owner-shell.ts'

/**
 * Where the lock `$1` of a host lies. Root's folder (`$ours`) may be entered by the group of Docker's socket, whose members
 * may do there what root may; all others' folders (`$d` without root) and files are their own. Whose rights these are is read
 * where no process is needed for it.
 */
export const place = `LC_ALL=C; export LC_ALL; umask 077; unset CDPATH
key=$1 ours=/run/provision-lock
u=
while read -r k e x t; do
  case $k in Uid:) u=$x; break ;; esac
done 2>/dev/null <"/proc/$$/status"
if [ "\${u:-$(id -u)}" = 0 ]; then d=$ours; else d=$HOME/.provision-lock; fi
lock=$d/$key.lock owner=$d/$key.owner connections=$d/$key.connections free=$d/$key.free`

/**
 * How to tell a connection: by the process of sshd that serves it (the parent of each session's first process), when that
 * began, and the `SSH_CONNECTION` that sshd gives to all that it starts; sudo keeps it from what it starts. `me` sets `$self`.
 */
export const processes = `${afterName}
look() {
  IFS= read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  after_name "$stat"
  set -- $after
  [ "$1" != Z ] || return 1
  parent=$2 session=$4 born=\${20}
}
me() {
  look $$ && s=$session && look "$s" && p=$parent && [ "$p" -gt 1 ] && look "$p" || return 1
  c=\${SSH_CONNECTION:+SSH_CONNECTION=$SSH_CONNECTION}
  [ -n "$c" ] || c=$(tr '\\0' '\\n' 2>/dev/null <"/proc/$s/environ" | grep '^SSH_CONNECTION=.') || return 1
  self="$p $born $c"
}`

/**
 * The locks of other accounts for the same hosts: with root those of all who may use Docker without it, else root's. `others`
 * fails when one is held, whose owner's file is then `$holder`; else `$latest` is when one last was. A lock is only tried for
 * a moment and never made. Of an account counts only what belongs to it, so that nobody else can put a lock in the way.
 */
export const neighbours = `members_of() {
  [ "$1" -gt 0 ] || return 0
  while IFS=: read -r name x id members; do
    [ "$id" != "$1" ] || return 0
  done 2>/dev/null </etc/group
  members=$(getent group "$1" 2>/dev/null)
  members=\${members##*:}
}
idle() {
  [ -f "$1.lock" ] && [ ! -L "$1.lock" ] && [ -r "$1.lock" ] || return 0
  flock -s -n 8 8<"$1.lock" 2>/dev/null && return 0
  holder=$1.owner
  return 1
}
later() {
  [ "$latest" != unclean ] || return 0
  case $1 in
    *[!0-9.]* | *.*.*) latest=unclean ;;
    ?*.[0-9][0-9]) [ "$latest" != never ] && [ "\${1%.*}\${1#*.}" -lt "\${latest%.*}\${latest#*.}" ] || latest=$1 ;;
    *) latest=unclean ;;
  esac
}
left() {
  [ -e "$1" ] || return 0
  t=
  IFS= read -r t 2>/dev/null <"$1"
  later "$t"
}
other() {
  idle "$1" || return 1
  if [ -e "$1.owner" ]; then latest=unclean; else left "$1.free"; fi
}
others() {
  latest=never
  [ "$d" = "$ours" ] || { other "$ours/$key"; return; }
  IFS=,
  for name in $members; do
    unset IFS
    case $name in [!A-Za-z_]* | *[!A-Za-z0-9._@+-]*) continue ;; esac
    eval "home=~$name"
    f=$home/.provision-lock/$key
    [ -f "$f.lock" ] && [ "$(stat -c %u -- "$f.lock")" = "$(id -u -- "$name")" ] || continue
    other "$f" || return 1
  done
  unset IFS
}
tell() {
  h=
  IFS= read -r h 2>/dev/null <"$1"
  at=$(stat -c %Y -- "$1" 2>/dev/null) && quiet=$(( $(date +%s) - at )) || quiet=0
  printf 'busy %s %s\\n' "$quiet" "\${h#* }" 2>/dev/null
}
members='' socket=/var/run/docker.sock`
