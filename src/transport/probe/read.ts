import type { OtherPlace, Probe } from '../../core/probe.ts'
import { quote } from '../../core/quote.ts'

type Read = Extract<Probe, { readonly ask: 'read' }>

/** The most that a file may hold that is read. Bytes. */
export const readLimit = 8 * 1024 * 1024

/** What the sections need; nothing where none reads a file. */
export const readHelpers = (probes: readonly Probe[]): readonly string[] => {
  const reads = probes.filter((probe) => probe.ask === 'read')
  const isAtHome = reads.some(({ otherwise }) => otherwise?.of === 'login')
  return [...(reads.length > 0 ? [tellFile] : []), ...(isAtHome ? [findAtHome] : [])]
}

/** `reads INDEX PATH` tells what is in a file. */
const tellFile = `reads() { head -c ${readLimit + 1} "$2" 2>&1; tell read $1 $?; }`

/**
 * `at_home PATH` sets $f to what the login that has become root has there below its home folder. What does not belong to it
 * counts as nothing.
 */
const findAtHome = `at_home() {
  case \${SUDO_USER-} in '' | [!A-Za-z_]* | *[!A-Za-z0-9._@+-]*) return 1 ;; esac
  eval "f=~$SUDO_USER/\\$1"
  [ -f "$f" ] && [ "$(stat -c %u -- "$f" 2>/dev/null)" = "\${SUDO_UID-}" ]
}`

/** Answers one; its path is one that no program takes for an option. */
export function readSection({ path, otherwise }: Read, index: number): string {
  const quoted = quote(path)
  const ways = [
    `[ -f ${quoted} ]; then reads ${index} ${quoted}`,
    `[ -e ${quoted} ]; then tell read ${index} other`,
  ]
  return `if ${withOther(ways, index, otherwise).join('\nelif ')}\nelse tell read ${index} missing; fi`
}

/** What root keeps counts first: what a login without its rights keeps beside it is of another time. */
function withOther(ways: readonly string[], index: number, other: OtherPlace | undefined): readonly string[] {
  switch (other?.of) {
    case undefined:
      return ways
    case 'root': {
      const path = quote(other.path)
      return [`[ -e ${path} ] && [ ! -O ${path} ]; then tell read ${index} root`, ...ways]
    }
    case 'login':
      return [...ways, `at_home ${quote(other.belowHome)}; then reads ${index} "$f"`]
  }
}
