import { posix } from 'node:path'
import { manifestFolder } from '../../core/mirror/manifest.ts'
import type { Answer, Probe } from '../../core/probe.ts'
import { ownerShell } from '../shell/owner-shell.ts'
import { stagingElsewhere } from '../shell/staging.ts'

/** Where notes of trees go is as good a place to stage as any: not that of the login, which only the host knows. */
const notes = posix.dirname(`${manifestFolder}x`)

/**
 * Asks a host for what runs that were killed, or whose host lost its power, have left where files with these paths are put:
 * folders whose process is there no more.
 */
export const leftoversProbe = (paths: readonly string[]): Probe => ({
  ask: 'leftovers',
  folders: [...new Set([...paths.map((path) => posix.dirname(path)), notes, ...stagingElsewhere])],
})

/** Others may make folders there that are called as ours are, as many as they like. */
const most = 1_000

/** Writes the paths, each with a NUL after it; the folders are its arguments. To be run in a shell of its own. */
export const leftoversScript = `${ownerShell}
n=0
look() {
  [ -d "$1" ] && [ ! -L "$1" ] && left "$1" || return 0
  printf '%s\\0' "$1"
  n=$((n+1))
  [ "$n" -lt ${most} ] || exit 0
}
for d in "$@" "$HOME/.provision-trees"; do
  # Where others may write, it is not ours for being called so.
  for r in "\${d%/}"/.provision-*.*.*; do [ -O "$r" ] && look "$r"; done
done
for r in /var/lib/provision/upload-*/*.*.* "$HOME"/.provision-upload/*.*.*; do look "$r"; done
exit 0`

/** The paths in its answer; none that is not named as we name things. */
export function leftoversIn(answer: Answer): readonly string[] {
  if (!Array.isArray(answer)) return []
  const told: readonly unknown[] = answer
  return told.filter((path) => typeof path === 'string').filter((path) => ours.test(path))
}

const ours =
  /^\/(?:.*\/)?(?:(?:upload-[^/]*|\.provision-upload)\/|\.provision-)[0-9a-f]+(?:-[0-9A-Za-z-]*)?\.\d+\.\d+$/s
