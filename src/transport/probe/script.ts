import type { Probe } from '../../core/probe.ts'
import { quote, quoteAll } from '../../core/quote.ts'
import { sumFor } from '../shell/fast-sum.ts'
import { leftoversScript } from '../files/leftovers.ts'
import { emptyShell } from '../shell/empty-folder.ts'
import { exportsOf } from '../shell/exports.ts'
import { plainShell } from '../shell/plain-shell.ts'
import { readHelpers, readSection } from './read.ts'

/** The probes that a shell answers. */
export type ShellProbe = Extract<
  Probe,
  { readonly ask: 'stat' | 'read' | 'inside' | 'command' | 'machine' | 'leftovers' }
>

/** What to run on a host to answer probes, and what to send to its standard input. */
export interface ProbeScript {
  readonly script: string
  readonly stdin: Buffer
}

/** Of the output of a command, what is kept. Bytes. */
const outputLimit = 64 * 1024

/**
 * One script for all probes of a host. All paths go to one `stat` and one program that sums them up: two processes a file took
 * ten times as long for 1,000 files. Where they are many they travel on standard input. Each answer ends with a line that
 * begins with the marker, which must be a word that occurs in none. `answers.ts` reads them.
 */
export function probeScript(probes: readonly ShellProbe[], marker: string): ProbeScript {
  const paths = statPaths(probes)
  const isFew = areFew(paths)
  return {
    script: [
      plainShell,
      `m=${quote(marker)}`,
      // Starts a line of its own, whatever came before.
      `tell() { printf '\\n%s %s\\n' "$m" "$*"; }`,
      commandHelper,
      ...readHelpers(probes),
      ...(paths.length === 0
        ? []
        : [
            `form=${statFormat(probes)}`,
            sumFor(totalSize(probes)),
            isFew ? statFew(paths) : paths.length < very ? askMany : askVeryMany,
            ...emptyFolders(mountedPaths(probes)),
          ]),
      ...probes.flatMap((probe, index) => (probe.ask === 'stat' ? [] : [section(probe, index)])),
      'tell done',
      'exit 0',
    ].join('\n'),
    stdin: Buffer.from(isFew ? '' : paths.map((path) => `${path}\0`).join('')),
  }
}

/** The paths that are asked for, once each. */
export const statPaths = (probes: readonly ShellProbe[]): readonly string[] => [
  ...new Set(statsIn(probes).map(({ path }) => asOperand(path))),
]

/** Those of them that are to be files which containers mount. */
export const mountedPaths = (probes: readonly ShellProbe[]): readonly string[] => [
  ...new Set(statsIn(probes).flatMap(({ path, mounted }) => (mounted ? [asOperand(path)] : []))),
]

const statsIn = (probes: readonly ShellProbe[]) =>
  probes.flatMap((probe) => (probe.ask === 'stat' ? [probe] : []))

/** Of all that should be there. Bytes. */
const totalSize = (probes: readonly ShellProbe[]): number =>
  statsIn(probes).reduce((sum, { size = 0 }) => sum + size, 0)

/** A path that no program takes for an option or for its standard input. */
export const asOperand = (path: string): string => (path.startsWith('-') ? `./${path}` : path)

/**
 * How a line of `stat` begins; the name follows, and is not parsed but compared with those that were asked for. GNU's reads the
 * lists of accounts anew for each name of an owner: 14 µs a file, against 3 µs for all the rest.
 */
const statFormat = (probes: readonly ShellProbe[]): string => {
  const stats = statsIn(probes)
  const names = stats.some((probe) => probe.names) ? '%u:%U:%g:%G' : ':::'
  // Milliseconds: busybox takes the precision, too, but knows whole seconds only.
  const time = stats.some((probe) => probe.times) ? '%.3Y' : ''
  return `%f:%s:${names}:${time}:%n`
}

/**
 * Whether a shell's own list of them takes less than the processes of `xargs`, and fits a command line, as do the checksums
 * for a `printf` that is a program (128 kB, names escaped). Of a last name's own newline a variable would keep nothing.
 */
const areFew = (paths: readonly string[]): boolean =>
  paths.length <= 250 &&
  paths.reduce((length, path) => length + path.length, 0) <= 50_000 &&
  !paths.some((path) => path.endsWith('\n'))

/** From here on answers go packed: a channel carries some 2 MB a round trip, and a new connection much less. */
const very = 1_500

// Of a pipe nothing is read, it would block, nor of a device, which might never end; a folder is refused by itself.
// GNU's sha256sum writes each line by itself, and sshd would send it so: what it says is gathered first.
const statFew = (paths: readonly string[]): string => `
set -- ${quoteAll(paths)}
stat -c $form -- "$@" 2>/dev/null
tell stat
odd=
for p do
  [ -f "$p" ] && [ ! -L "$p" ] && continue
  [ ! -L "$p" ] && { [ -d "$p" ] || [ ! -e "$p" ]; } && continue
  odd=yes
  break
done
if [ -z "$odd" ]; then
  sums=$($sum -- "$@" 2>/dev/null)
else
  sums=$(for p do
    [ -f "$p" ] && [ ! -L "$p" ] && printf '%s\\0' "$p"
  done | xargs -0 -r $sum -- 2>/dev/null)
fi
printf '%s\\n\\n%s sums\\n' "$sums" "$m"`

// Names are sorted out only where some are of neither files nor folders: a shell writes each by itself, and of many that are
// missing each costs a message. Where nothing is there yet, the shell alone finds that out, mostly from folders that are missing.
const statMany = `
any= gone=
for p do
  [ -n "$gone" ] && case $p in "$gone"/*) continue ;; esac
  if [ -e "$p" ] || [ -L "$p" ]; then
    any=yes
    break
  fi
  d=\${p%/*}
  [ -e "\${d:-/}" ] || gone=$d
done
if [ -z "$any" ]; then
  printf "\\n%s stat\\n\\n%s sums\\n" "$0" "$0"
  exit 0
fi
stat -c $form -- "$@" 2>/dev/null
printf "\\n%s stat\\n" "$0"
odd=
for p do
  { [ -f "$p" ] || [ -d "$p" ]; } && [ ! -L "$p" ] && continue
  odd=yes
  break
done
if [ -z "$odd" ]; then
  $sum -- "$@"
else
  for p do
    [ -f "$p" ] && [ ! -L "$p" ] && printf "%s\\0" "$p"
  done | xargs -0 -r $sum --
fi 2>/dev/null | dd obs=32768 2>/dev/null
printf "\\n%s sums\\n" "$0"
exit 0`

const askMany = `form=$form sum=$sum xargs -0 sh -c ${quote(statMany)} "$m"`

const askVeryMany = `
if command -v gzip >/dev/null 2>&1; then
  ${askMany} | gzip -1c
  tell packed
else
  ${askMany}
fi`

/** Names those that are empty folders, each with a NUL after it; takes no process. */
const emptyFolders = (paths: readonly string[]): readonly string[] =>
  paths.length === 0
    ? []
    : [
        emptyShell,
        `for p in ${quoteAll(paths)}; do
  [ -d "$p" ] && [ ! -L "$p" ] && [ -r "$p" ] && empty "$p" && printf '%s\\0' "$p"
done
tell empty`,
      ]

/**
 * The kernel since it was started, and which mount and folder its root is: those of containers are others. Takes no process; a
 * shell reads byte by byte, so what it reads is short.
 */
const machineShell = `k= n=
read -r k 2>/dev/null </proc/sys/kernel/random/boot_id
while read -r f v; do case $f in mnt_id: | ino:) n=$n$v. ;; esac; done 2>/dev/null 9</ </proc/self/fdinfo/9
tell machine $k $n`

/** Runs a function for its output, cut to the limit without ending it, and its exit code. */
const commandHelper = `exec 4>&1
command_output() {
  c=$( { { ( "$1" ) </dev/null 2>&1 3>&- 4>&-; echo $? >&3; } | { head -c ${outputLimit}; cat >/dev/null; } >&4; } 3>&1 )
}`

function section(probe: Exclude<ShellProbe, { ask: 'stat' }>, index: number): string {
  if (probe.ask === 'command') {
    const cd = probe.cwd === undefined ? '' : `cd -- ${quote(probe.cwd)} || exit 125; `
    const run = `command_${index}`
    const exports = exportsOf(probe.env ?? {}).map((line) => `${line}; `)
    return `${run}() { ${cd}${exports.join('')}exec ${quoteAll(probe.argv)}; }; command_output ${run}; tell command ${index} "$c"`
  }
  if (probe.ask === 'machine') return machineShell
  if (probe.ask === 'inside')
    return `find ${quote(asOperand(probe.path))} -mindepth 1 -print0 2>/dev/null; tell inside ${index}`
  if (probe.ask === 'leftovers') {
    const folders = quoteAll(probe.folders)
    return `( set -- ${folders}\n${leftoversScript} ) </dev/null 2>/dev/null; tell leftovers ${index}`
  }
  return readSection({ ...probe, path: asOperand(probe.path) }, index)
}
