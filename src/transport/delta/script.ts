import type { Digest } from '../../core/digest.ts'
import { quote } from '../../core/quote.ts'
import type { Piece } from './plan.ts'
import type { Question, Range } from './refine.ts'
import { strongDigits } from './signature.ts'
import { fastSum } from '../shell/fast-sum.ts'

/** A file whose former version may be on the host. */
export interface Former {
  readonly index: number
  readonly target: string
  readonly block: number
  /** Of the new version. Bytes. */
  readonly size: number
}

/** As much of a file lies beside it in blocks at a time. Bytes; a container has 64 MB for that by default. */
const slab = 8_388_608
/** As much as `dd` takes into memory at once. */
const most = 1_048_576
/** A file that has shrunk more than this is not worth reading. */
const mostShrunk = 4

/**
 * What a host runs to write checksums of blocks, packed by gzip where that is to be had, and before them whether it is. The
 * blocks are made files of, because one process then sums up a thousand of them: in memory, because that takes 40 ms there
 * and up to 2 s on a disk. No whole line is written where a tool is missing or the room is.
 */
const summing = (random: string, lines: readonly string[]): string => `
LC_ALL=C; export LC_ALL
g=cat
gzip -c </dev/null >/dev/null 2>&1 && g='gzip -c'
printf '%s\\0' "$g"
{
  d=
  trap 'cd /; rm -rf -- \${d:+"$d"}' EXIT
  trap 'exit 129' HUP INT TERM PIPE
  find /dev/shm/provision-blocks-* /run/provision-blocks-* -prune -mmin +60 -exec rm -rf -- {} +
  for m in /dev/shm /run; do
    d=$m/provision-blocks-${random}
    mkdir -m 700 -- "$d" && cd -- "$d" && break
    d=
  done
  [ -n "$d" ] || exit 0
  ${fastSum}
  sums() {
    set -- $(cksum p* | cut -d ' ' -f 1)
    [ $# -gt 0 ] || return
    printf %08x "$@"
    $sum p* | cut -c 1-${strongDigits} | tr -d '\\n' >>digests
    rm -f p*
  }
  part() {
    i=$3 n=$4 s=$((${slab}/$2))
    while [ $n -gt 0 ]; do
      c=$((n<s?n:s))
      dd if="$1" bs=$2 skip=$i count=$c | split -b $2 -a 3 - p && sums || break
      i=$((i+c)) n=$((n-c))
    done
  }
  all() {
    printf ' '
    cat digests
    rm -f p* digests
    echo
  }
  sign() {
    [ -f "$4" ] && [ ! -L "$4" ] && z=$(stat -c %s -- "$4") && [ $z -ge $2 ] && [ $z -le $3 ] || return
    printf '%s %s ' $1 $z
    part "$4" $2 0 $((z/$2))
    tail -c $2 <"$4" >p && sums
    all
  }
${lines.map((line) => `  ${line}`).join('\n')}
} 2>/dev/null | $g
exit 0`

/** What a host runs to write the signatures of files, a line each; none of a file that is not there. */
export const signScript = (random: string, formers: readonly Former[]): string =>
  summing(
    random,
    formers.map(
      ({ index, target, block, size }) => `sign ${index} ${block} ${size * mostShrunk} ${quote(target)}`,
    ),
  )

/** What a host runs to write the checksums of parts of a file, all in one line. */
export const partsScript = (random: string, target: string, { block, ranges }: Question): string =>
  summing(random, [
    `old=${quote(target)}`,
    'c() { dd if="$old" bs=$1 skip=$2 count=$3; }',
    ...slabsOf(block, ranges).map(
      (some) =>
        `{ ${some.map((range) => `c ${inUnits(block, range)}; `).join('')}} | split -b ${block} -a 3 - p && sums || exit 0`,
    ),
    'all',
  ])

/** As many parts at a time as a slab holds, of however many ranges: those of each by itself would take nine processes. */
function slabsOf(block: number, ranges: readonly Range[]): readonly (readonly Range[])[] {
  const slabs: Range[][] = []
  let room = 0
  for (const range of ranges) {
    for (let done = 0; done < range.count;) {
      if (room === 0) {
        slabs.push([])
        room = slab / block
      }
      const count = Math.min(room, range.count - done)
      slabs.at(-1)?.push({ first: range.first + done, count })
      done += count
      room -= count
    }
  }
  return slabs
}

/** The length, the start and the number of the largest pieces that `dd` can read a range in. */
function inUnits(block: number, { first, count }: Range): string {
  let times = 1
  while (block * times < most && first % (2 * times) === 0 && count % (2 * times) === 0) times *= 2
  return `${block * times} ${first / times} ${count / times}`
}

/** How a host makes the new version of a file. */
export interface Patch {
  readonly target: string
  /** Where it is made; the folder is there already. */
  readonly path: string
  readonly digest: Digest
  readonly pieces: readonly Piece[]
  /** Whether what is sent is packed by gzip. */
  readonly packed: boolean
}

/** So many to a line, since a host that reads a script appends each line to all before: 8,000 of them take bash 3 s. */
const perLine = 64

const joined = (commands: readonly string[]): string =>
  Array.from({ length: Math.ceil(commands.length / perLine) }, (_, i) =>
    commands.slice(i * perLine, (i + 1) * perLine).join('; '),
  ).join('\n')

/**
 * What a host runs to make the new version from the old one and from what it reads from standard input. It ends with 0
 * only when the checksum is right; else it leaves nothing.
 *
 * `dd` takes what is new from an open file, because what has come through a pipe may be read in parts.
 */
export function patchScript({ target, path, digest, pieces, packed }: Patch): string {
  const commands = pieces.flatMap((piece): readonly string[] => {
    if (piece.from === 'old') return [`o ${piece.unit} ${piece.block} ${piece.count}`]
    if (piece.from === 'old-end') return [`e ${piece.length}`]
    const [many, rest] = [Math.floor(piece.length / most), piece.length % most]
    return [...(many > 0 ? [`n ${most} ${many}`] : []), ...(rest > 0 ? [`n ${rest} 1`] : [])]
  })
  return `
LC_ALL=C; export LC_ALL; umask 077
old=${quote(target)} new=${quote(path)} sent=${quote(`${path}.sent`)} made=
trap 'rm -f -- "$sent"; [ -n "$made" ] || rm -f -- "$new"' EXIT
trap 'exit 129' HUP INT TERM PIPE
o() { dd if="$old" bs=$1 skip=$2 count=$3 2>/dev/null || exit 1; }
e() { tail -c $1 <"$old" || exit 1; }
n() { dd bs=$1 count=$2 <&3 2>/dev/null || exit 1; }
${packed ? 'gzip -dc' : 'cat'} >"$sent" || exit 1
exec 3<"$sent"
make() {
${joined(commands)}
}
make >"$new" || exit 1
${fastSum}
case $($sum <"$new") in ${digest}*) made=1;; *) exit 1;; esac
exit 0`
}
