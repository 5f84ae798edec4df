/**
 * What all scripts about the lock of a host begin with: its folder (`$d`, nobody else's), the files of the lock `$1`, and
 * how to tell a connection and the owner whose file is `$1`. A connection is the process of sshd that serves it (the parent of each session's first
 * process), when that began, and the `SSH_CONNECTION` that sshd gives to all that it starts.
 */
const prelude = `LC_ALL=C; export LC_ALL; umask 077; unset CDPATH
if [ "$(id -u)" = 0 ]; then d=/run/provision-lock; else d=$HOME/.provision-lock; fi
lock=$d/$1.lock owner=$d/$1.owner connections=$d/$1.connections free=$d/$1.free
look() {
  IFS= read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  set -- \${stat##*\\) }
  [ "$1" != Z ] || return 1
  parent=$2 session=$4 born=\${20}
}
me() {
  look $$ && s=$session && look "$s" && p=$parent && [ "$p" -gt 1 ] && look "$p" || return 1
  c=$(tr '\\0' '\\n' 2>/dev/null <"/proc/$s/environ" | grep '^SSH_CONNECTION=.') || return 1
  echo "$p $born $c"
}
tell() {
  h=
  IFS= read -r h 2>/dev/null <"$1"
  at=$(stat -c %Y -- "$1" 2>/dev/null) && quiet=$(( $(date +%s) - at )) || quiet=0
  printf 'busy %s %s\\n' "$quiet" "\${h#* }" 2>/dev/null
}`

/**
 * Takes the lock `$1` with the token `$2` for who says `$3` of himself, and holds it with `flock`, so that the kernel frees
 * it whatever becomes of this process. With `wait` as `$4` it goes on trying. It holds on while a line `beat` comes every
 * `$5` seconds at most; when none comes, or the connection ends, everything that came over the connections of the owner is
 * ended before anybody else can have the lock: an owner that was only asleep finds no way to this host any more.
 */
export const lockScript = `${prelude}
trap '' HUP PIPE
no() { printf 'no %s\\n' "$*"; exit 0; }
finish() {
  [ $# -gt 0 ] || return 0
  i=0
  while [ $i -lt 13 ]; do
    found=
    for x in /proc/[0-9]*; do
      look "\${x#/proc/}" || continue
      case " $* " in *" $session "*) found="$found \${x#/proc/}" ;; esac
    done
    [ -n "$found" ] || return 0
    [ $i -gt 0 ] || kill -TERM $found 2>/dev/null
    [ $i -lt 10 ] || kill -KILL $found 2>/dev/null
    i=$((i+1))
    sleep 0.2 2>/dev/null || sleep 1
  done
}
shut() {
  rm -f -- "$owner"
  while IFS=' ' read -r p b c; do
    [ -n "$c" ] || continue
    look "$p" && [ "$born" = "$b" ] && kill -STOP "$p" 2>/dev/null
    leaders=
    for x in /proc/[0-9]*; do
      q=\${x#/proc/}
      look "$q" && [ "$session" = "$q" ] && [ "$q" != "$own" ] || continue
      grep -qF -- "$c" "$x/environ" 2>/dev/null && leaders="$leaders $q"
    done
    finish $leaders
    look "$p" && [ "$born" = "$b" ] && kill -KILL "$p" 2>/dev/null
  done <"$connections"
}
command -v flock >/dev/null 2>&1 && timeout -s KILL 5 true 2>/dev/null && self=$(me) || { echo none; exit 0; }
look $$; own=$session
e=$( { [ -d "$d" ] || mkdir -- "$d"; } 2>&1) || [ -d "$d" ] || no "$e"
[ ! -L "$d" ] && [ -O "$d" ] || no "$d belongs to somebody else"
e=$( { : >>"$lock"; } 2>&1) || no "$e"
exec 9>>"$lock"
again=
while :; do
  e=$(flock -n 9 2>&1) && break
  [ $? -le 1 ] || no "$e"
  # One that has just let go may not have ended yet.
  if [ -z "$again" ]; then
    again=1
    sleep 0.2 2>/dev/null || sleep 1
    continue
  fi
  tell "$owner" || exit 0
  [ "$4" = wait ] || exit 0
  sleep 1
done
if [ -e "$owner" ]; then
  shut
  since=unclean
else
  IFS= read -r since 2>/dev/null <"$free" || since=never
fi
e=$( { printf '%s\\n' "$self" >"$connections" && printf '%s %s\\n' "$2" "$3" >"$owner.new" && mv -f -- "$owner.new" "$owner"; } 2>&1) || no "$e"
IFS=' ' read -r now e </proc/uptime
printf 'held %s %s\\n' "$now" "$since"
while :; do
  b=$(exec timeout -s KILL "$5" sh -c 'IFS= read -r b && echo "$b"' 9>&- 2>/dev/null) || b=
  case $b in
    beat) touch -c -- "$owner" 2>/dev/null ;;
    release) break ;;
    *)
      rm -f -- "$owner"
      echo lost 2>/dev/null
      sleep 0.2 2>/dev/null || sleep 1
      shut
      break ;;
  esac
done
rm -f -- "$owner" "$connections"
IFS=' ' read -r now e </proc/uptime
echo "$now" 2>/dev/null >"$free"
exit 0`

/** Tells whether somebody holds the lock `$1`, and who; takes nothing, makes nothing and keeps nobody out. */
export const lookScript = `${prelude}
command -v flock >/dev/null 2>&1 || { echo none; exit 0; }
again=
while [ -f "$lock" ] && ! flock -s -n 9 9<"$lock" 2>/dev/null; do
  # One that has just let go may not have ended yet.
  if [ -n "$again" ]; then
    tell "$owner"
    exit 0
  fi
  again=1
  sleep 0.2 2>/dev/null || sleep 1
done
echo free`

/** Adds a further connection to those of the owner of the lock `$1`, whose token is `$2`; fails when he has it no more. */
export const admitScript = `${prelude}
self=$(me) || exit 75
printf '%s\\n' "$self" >>"$connections" || exit 75
IFS=' ' read -r token e 2>/dev/null <"$owner" && [ "$token" = "$2" ] || exit 75`
