import { posix } from 'node:path'
import type { Answer, Probe } from '../core/probe.ts'
import { ownerShell } from './owner-shell.ts'

/** Where files wait before they are put in place when there is no room beside that place. */
const elsewhere = ['/tmp', '/var/tmp', '/run']

/**
 * Asks a host for what runs that were killed, or whose host lost its power, have left where files with these paths are put:
 * folders whose process is there no more.
 */
export const leftoversProbe = (paths: readonly string[]): Probe => ({
  ask: 'command',
  argv: ['sh', '-c', script, 'sh', ...new Set([...paths.map((path) => posix.dirname(path)), ...elsewhere])],
  cwd: '/',
})

const script = `${ownerShell}
look() { [ -d "$1" ] && [ ! -L "$1" ] && left "$1" && printf '%s\\0' "$1"; }
born $$ || exit 0
for d do
  for r in "\${d%/}"/.provision-*.*.*; do look "$r"; done
done
for r in /var/lib/provision/upload-*/*.*.* "$HOME"/.provision-upload/*.*.*; do look "$r"; done
exit 0`

/** The paths in its answer; none that is not named as we name things. */
export function leftoversIn(answer: Answer): readonly string[] {
  if (typeof answer !== 'object' || !('output' in answer)) return []
  return answer.output.split('\0').filter((path) => ours.test(path))
}

const ours = /^\/(?:.*\/)?(?:(?:upload-[^/]*|\.provision-upload)\/|\.provision-)[0-9a-f]+\.\d+\.\d+$/s
