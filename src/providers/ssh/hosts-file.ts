import { LineCounter, parseDocument, type Document } from 'yaml'
import { ProvisionError } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import { fieldsOf, type Defaults } from './host-fields.ts'
import { reader, type Problem, type Reader } from './yaml-reader.ts'

/** What a file of hosts is read against. */
export interface Expected extends Defaults {
  /** As the user wrote it: messages name it so. */
  readonly file: string
  /** Of the topology, in its order. */
  readonly hosts: readonly string[]
}

/**
 * The hosts that a file in YAML lists, in the topology's order:
 * `hosts: { web: { address, port?, user?, identityFile?, knownHosts?, become?, jump?, connectTimeout? } }`.
 * @throws ProvisionError `usage` with line and column of everything that is wrong in it
 */
export const parseHostsFile = (text: string, expected: Expected): readonly SshTarget[] =>
  openHostsFile(text)(expected)

/** The same for who reads it against several things: its text is taken apart once. */
export function openHostsFile(text: string): (expected: Expected) => readonly SshTarget[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  return (expected) => targetsIn(document, lines, expected)
}

/** Of what the parser says for those who call it. */
const inOurWords: ReadonlyMap<string, string> = new Map([
  ['RESOURCE_EXHAUSTION', 'it nests more deeply than any list of hosts'],
  ['MULTIPLE_DOCS', 'here a second document begins, and one lists all hosts'],
])

function targetsIn(document: Document.Parsed, lines: LineCounter, expected: Expected): readonly SshTarget[] {
  const problems: Problem[] = document.errors.map(({ code, message, pos }) => ({
    offset: pos[0],
    message: inOurWords.get(code) ?? message,
  }))
  const read = reader(document, problems)
  const targets = problems.length > 0 ? [] : readHosts(read, expected)
  if (problems.length === 0) return targets
  const all = problems
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => {
      const { line, col } = lines.linePos(offset)
      return `${expected.file}:${line}:${col}: ${message}`
    })
  const shown = [...new Set(all)]
  const more = shown.length > most ? [`and ${shown.length - most} more`] : []
  throw new ProvisionError('usage', shown[0] ?? expected.file, {
    output: [...shown.slice(1, most), ...more].join('\n') || undefined,
    help: problems.find(({ help }) => help !== undefined)?.help ?? `correct it in ${expected.file}`,
  })
}

/** So many mistakes are told at once. */
const most = 20

function readHosts(read: Reader, expected: Expected): readonly SshTarget[] {
  const { hosts: section } = read.map(read.root, 'the file', ['hosts'])
  if (section === undefined) {
    read.problem(read.root, 'it lists no hosts', `begin it with: hosts:`)
    return []
  }
  const names = read.keys(section)
  // Beside those of this playbook may stand those of others; where one is missing, another one may be meant for it.
  const isWhole = expected.hosts.every((name) => names.includes(name))
  const entries = read.map(section, 'hosts', isWhole ? names : expected.hosts)
  const targets = expected.hosts.flatMap((name) => {
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined
    if (entry !== undefined) return fieldsOf(read, name, entry, expected) ?? []
    read.problem(section, `host ${name} of the topology is missing`, `add it: ${name}: { address: … }`)
    return []
  })
  refuseTwice(read, section, targets)
  return targets
}

/**
 * Two hosts that are one machine would take each other's containers for leftovers. Behind another jump host a private
 * address is another machine.
 */
function refuseTwice(read: Reader, section: Reader['root'], targets: readonly SshTarget[]): void {
  const seen = new Map<string, string>()
  for (const { name, address, port, jump } of targets) {
    const place = `${address}:${port}${jump === undefined ? '' : ` through ${jump}`}`
    const other = seen.get(place)
    if (other !== undefined) read.problem(section, `hosts ${other} and ${name} are both ${place}`)
    seen.set(place, name)
  }
}
