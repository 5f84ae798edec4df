import { neighbours, place, processes } from './script-parts.ts'

/**
 * Takes the lock `$1` with the token `$2` for who says `$3` of himself, and holds it with `flock`, so that the kernel frees
 * it whatever becomes of this process. With `wait` as `$4` it goes on trying. It holds on while a line `beat` comes every
 * `$5` seconds at most; when none comes, or the connection ends, everything that came over the connections of the owner is
 * ended before anybody else can have the lock: an owner that was only asleep finds no way to this host any more.
 *
 * Whoever has his own lock looks at those of the others before he counts as its owner. Root keeps his while one of those is
 * held, all others let theirs go: so two never wait for each other.
 */
export const lockScript = `${place}
${processes}
${neighbours}
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
share() {
  # What runs this is a timeout as the keeper needs it.
  set -- $(timeout -s KILL 5 stat -L -c '%g %a' -- "$d" "$lock" "$socket" 2>/dev/null)
  [ $# -gt 0 ] || none
  members_of "\${5:-0}"
  if [ "\${5:-0}" = 0 ]; then
    [ "\${2:-700}" = 700 ] || chmod u=rwx,go=,g-s -- "$d"
  elif [ "$1 $2 $3 $4" != "$5 2710 $5 640" ]; then
    # The folder last: it opens all.
    for x in "$lock" "$owner" "$free"; do
      [ ! -e "$x" ] || { chgrp -- "$5" "$x" && chmod 640 -- "$x"; }
    done
    chmod 2710 -- "$d" && chgrp -- "$5" "$d"
  fi 2>/dev/null
}
mask_of() {
  mask=077
  [ "$d" != "$ours" ] || [ ! -g "$d" ] || mask=027
}
none() { echo none; exit 0; }
command -v flock >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1 && me || none
own=$s
[ -d "$d" ] || e=$(mkdir -- "$d" 2>&1) || [ -d "$d" ] || no "$e"
[ ! -L "$d" ] && [ -O "$d" ] || no "$d belongs to somebody else"
mask_of
e=$( { umask "$mask"; : >>"$lock"; } 2>&1) || no "$e"
if [ "$d" = "$ours" ]; then share; mask_of; else timeout -s KILL 5 true 2>/dev/null || none; fi
exec 9>>"$lock"
again=
while :; do
  e=$(flock -n 9 2>&1)
  case $? in
    0)
      others && break
      [ "$d" = "$ours" ] || flock -u 9 ;;
    1)
      holder=$owner
      # Who has it and waits for others is no owner yet.
      [ -e "$owner" ] || others ;;
    *) no "$e" ;;
  esac
  # One that has just let go may not have ended yet.
  if [ -z "$again" ]; then
    again=1
    sleep 0.2 2>/dev/null || sleep 1
    continue
  fi
  tell "$holder" || exit 0
  [ "$4" = wait ] || exit 0
  sleep 1
done
if [ -e "$owner" ]; then
  shut
  latest=unclean
else
  left "$free"
fi
# Empty as long as it is held, so that one who is killed leaves no time that is too early.
e=$( { printf '%s\\n' "$self" >"$connections" && umask "$mask" && : >"$free" && printf '%s %s\\n' "$2" "$3" >"$owner"; } 2>&1) || no "$e"
IFS=' ' read -r now e </proc/uptime
printf 'held %s %s\\n' "$now" "$latest"
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
umask "$mask"
IFS=' ' read -r now e </proc/uptime
echo "$now" 2>/dev/null >"$free"
rm -f -- "$owner" "$connections"
exit 0`

/** Tells whether somebody holds the lock `$1`, and who; takes nothing, makes nothing and keeps nobody out. */
export const lookScript = `${place}
${neighbours}
command -v flock >/dev/null 2>&1 || { echo none; exit 0; }
[ "$d" != "$ours" ] || members_of "$(stat -L -c %g -- "$socket" 2>/dev/null || echo 0)"
again=
until idle "$d/$key" && others; do
  # One that has just let go may not have ended yet.
  if [ -n "$again" ]; then
    [ -e "$holder" ] || others
    tell "$holder"
    exit 0
  fi
  again=1
  sleep 0.2 2>/dev/null || sleep 1
done
echo free`

/** Adds a further connection to those of the owner of the lock `$1`, whose token is `$2`; fails when he has it no more. */
export const admitScript = `${place}
${processes}
me || exit 75
printf '%s\\n' "$self" >>"$connections" || exit 75
IFS=' ' read -r token e 2>/dev/null <"$owner" && [ "$token" = "$2" ] || exit 75`
