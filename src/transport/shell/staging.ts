import { compact } from './compact.ts'
import { emptyShell } from './empty-folder.ts'

/** Where files wait before they are put in place when there is no room beside that place; also what needs none of its own. */
export const stagingElsewhere = ['/tmp', '/var/tmp', '/run']

/** All that a staging folder holds, from within: what arrives for each folder or by a number, and what `commitStream` adds. */
export const stagedNames = './d[0-9]* ./odd ./sums ./run ./end'

/**
 * Who may write the folder in which a staging folder is made can rename that at any time, and put anything under its name: a
 * folder of their own, a link, another folder of ours. So what is staged is never named by its path. A script changes to the
 * folder as soon as it has made it, looks whether that is nobody else's, and names all in it from there.
 *
 * `enter PATH`, with the last part of the path in $name, makes the folder and changes to it. It fails with 1 where the folder
 * cannot be made, for the reason in $e, and with 2 where what has its name then is not surely ours: in file systems that keep
 * no owners, too. Ours has our owner, is written to by nobody else and has nothing in it. It is also where we made it: a link
 * would lead to one whose neighbours are not called so. The mode is corrected where an ACL of the folder above gave another.
 *
 * `take_away PATH` removes a folder of ours, unless it holds more than we put into one.
 */
export const stagingShell = compact(`${emptyShell}
ours() {
  [ -O . ] && [ "../$name" -ef . ] || return 1
  case $(stat -c %a . 2>/dev/null) in *[0145][0145]) ;; *) chmod 700 . 2>/dev/null;; esac && empty .
}
enter() {
  umask 077
  e=$(mkdir -- "$1" 2>&1) || { umask 022; return 1; }
  umask 022
  cd -P -- "$1" 2>/dev/null && ours && return 0
  cd /
  rmdir -- "$1" 2>/dev/null
  return 2
}
take_away() {
  ( cd -P -- "$1" && [ -O . ] && [ "../\${1##*/}" -ef . ] && rm -rf -- ${stagedNames} ) 2>/dev/null
  rmdir -- "$1" 2>/dev/null
}`)
