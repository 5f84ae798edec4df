import { ProvisionError, reasonOf } from '../../core/error.ts'
import type { Answer, Answers, CommandAnswer, Stat } from '../../core/probe.ts'
import { gunzipped } from '../files/gzip.ts'
import { readLimit } from './read.ts'
import { asOperand, statPaths, type ShellProbe } from './script.ts'

/**
 * Reads what a probe script wrote.
 * @throws ProvisionError `host` when it is not complete, or for a `read` of what is too large or no file
 */
export function probeAnswers(
  host: string,
  probes: readonly ShellProbe[],
  marker: string,
  output: Buffer,
): readonly Answer<ShellProbe>[] {
  const paths = statPaths(probes).map(latin1)
  const statReader = readInOrder(paths, statLine)
  const sumReader = readInOrder(paths, sumLine)
  const stats = new Map<string, RegExpExecArray>()
  const sums = new Map<string, RegExpExecArray>()
  const reads = new Map<number, Answers['read']>()
  const commands = new Map<number, CommandAnswer>()
  const inside = new Map<number, readonly string[]>()
  const leftovers = new Map<number, readonly string[]>()
  let empty: readonly string[] = []
  let machine: string | undefined
  let complete = false
  for (const { body, words } of framesIn(host, output, marker)) {
    const [kind, index = '', code = ''] = words
    if (kind === 'stat') statReader(body, stats)
    else if (kind === 'sums') sumReader(body, sums)
    else if (kind === 'read') reads.set(Number(index), contentOf(host, probes[Number(index)], body, code))
    else if (kind === 'inside') inside.set(Number(index), utf8(body).split('\0').slice(0, -1))
    else if (kind === 'command') commands.set(Number(index), { code: Number(code), output: utf8(body) })
    else if (kind === 'leftovers') leftovers.set(Number(index), utf8(body).split('\0'))
    else if (kind === 'machine') machine = machineIn(words)
    else if (kind === 'empty') empty = body.split('\0')
    else if (kind === 'done') complete = true
  }
  if (!complete) throw cutShort(host, output.toString().slice(-1_000))
  return probes.map((probe, index) => {
    if (probe.ask === 'read') return reads.get(index)
    if (probe.ask === 'inside')
      return (inside.get(index) ?? []).map((path) => path.slice(asOperand(probe.path).length + 1))
    if (probe.ask === 'command') return commands.get(index) ?? { code: 126, output: '' }
    if (probe.ask === 'machine') return machine
    if (probe.ask === 'leftovers') return leftovers.get(index) ?? []
    const path = latin1(asOperand(probe.path))
    return statOf(stats.get(path), sums.get(path)?.[1], empty.includes(path))
  })
}

/** Bytes as characters, so that positions are those of bytes. */
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')
const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8')

interface Frame {
  readonly body: string
  readonly words: readonly string[]
}

/** Cuts the output at the lines that begin with the marker. */
function framesOf(output: Buffer, marker: string): readonly Frame[] {
  const [first = '', ...others] = output.toString('latin1').split(`\n${marker} `)
  let body = first
  return others.map((part) => {
    const end = part.indexOf('\n')
    const frame = { body, words: part.slice(0, end).split(' ') }
    body = part.slice(end + 1)
    return frame
  })
}

/** All frames, those that came packed as well. */
const framesIn = (host: string, output: Buffer, marker: string): readonly Frame[] =>
  framesOf(output, marker).flatMap((frame) =>
    frame.words[0] === 'packed' ? framesOf(unpacked(host, frame), marker) : [frame],
  )

function unpacked(host: string, { body }: Frame): Buffer {
  try {
    return gunzipped(Buffer.from(body, 'latin1'))
  } catch (error) {
    throw cutShort(host, reasonOf(error))
  }
}

const cutShort = (host: string, output: string): ProvisionError =>
  new ProvisionError('host', `${host}: the answers to what was asked are cut short`, {
    output,
    help: `look whether sh, stat, xargs and sha256sum work on ${host}`,
  })

/** A line up to the name that ends it, matched at a place. */
interface LineForm {
  readonly head: RegExp
  /** As the name is written on a line that begins so. */
  readonly written: (path: string, head: RegExpExecArray) => readonly string[]
}

const statLine: LineForm = {
  head: /([0-9a-f]+):(\d+):(\d*):([^:\n]*):(\d*):([^:\n]*):([-\d.]*):/y,
  written: (path) => [path],
}

// GNU sha256sum marks a name that it escapes by a backslash before the digest; busybox escapes none. openssl, which writes
// `*` before it, marks it, too, and escapes newlines only.
const sumLine: LineForm = {
  head: /\\?([0-9a-f]{64}) [ *]/y,
  written: (path, [head]) => {
    if (!head.startsWith('\\')) return [path]
    const inOneLine = (name: string): string => name.replaceAll('\n', '\\n')
    // Both in one list would take a name for another one, which is written so by the other program.
    if (head.endsWith('*')) return [inOneLine(path)]
    const escaped = inOneLine(path.replaceAll('\\', '\\\\'))
    return [escaped, escaped.replaceAll('\r', '\\r')]
  },
}

/**
 * Reads lines that come in the order of the paths, with none for some of them. A name may hold a newline, and begin like that
 * of a file that is not there: a line is one only where another one follows it, or nothing.
 */
function readInOrder(paths: readonly string[], { head, written }: LineForm) {
  let next = 0
  return (body: string, found: Map<string, RegExpExecArray>): void => {
    const headAt = (at: number): RegExpExecArray | null => {
      head.lastIndex = at
      return head.exec(body)
    }
    let at = 0
    for (let match = headAt(at); match; match = headAt(at)) {
      const line = match
      const nameAt = at + match[0].length
      const endOf = (name: string): number => nameAt + name.length + 1
      const isOf = (name: string): boolean =>
        body.startsWith(`${name}\n`, nameAt) && (endOf(name) === body.length || headAt(endOf(name)) !== null)
      let name: string | undefined
      while (name === undefined && next < paths.length) {
        const path = paths[next++] ?? ''
        name = written(path, line).find(isOf)
        if (name !== undefined) found.set(path, line)
      }
      if (name === undefined) return
      at = endOf(name)
    }
  }
}

/** Only both together tell it from others. */
const machineIn = ([, kernel, root]: readonly string[]): string | undefined =>
  kernel && root ? `${kernel} ${root}` : undefined

const types: Readonly<Record<number, Stat['type']>> = { 0o10: 'file', 0o4: 'directory', 0o12: 'link' }

function statOf(
  line: RegExpExecArray | undefined,
  digest: string | undefined,
  isEmpty: boolean,
): Stat | undefined {
  if (!line) return undefined
  const [, mode = '', size, uid = '', owner = '', gid = '', group = '', time = ''] = line
  const bits = parseInt(mode, 16)
  return {
    type: types[bits >> 12] ?? 'other',
    mode: bits & 0o7777,
    owner: nameOr(owner, uid),
    ownerId: uid === '' ? undefined : uid,
    group: nameOr(group, gid),
    groupId: gid === '' ? undefined : gid,
    size: Number(size),
    digest,
    ...(time !== '' && { writtenAt: Number(time) * 1000 }),
    ...(isEmpty && { isEmpty }),
  }
}

/** `stat` says UNKNOWN for a number that has no name; without a number nobody was asked for. */
function nameOr(name: string, id: string): string | undefined {
  if (id === '') return undefined
  return name === 'UNKNOWN' || name === '' ? id : name
}

function contentOf(host: string, probe: ShellProbe | undefined, body: string, code: string): Answers['read'] {
  if (code === 'missing') return undefined
  if (code === 'root') return { keptBy: 'root' }
  const about = { host, name: probe?.ask === 'read' ? probe.path : 'file' }
  if (code === 'other') {
    throw new ProvisionError('conflict', 'is no file, so it cannot be read', {
      about,
      help: 'move it out of the way',
    })
  }
  if (code !== '0') {
    throw new ProvisionError('host', 'cannot be read', { about, output: utf8(body).trim() })
  }
  if (body.length > readLimit) {
    throw new ProvisionError('conflict', `is larger than ${readLimit / 1024 / 1024} MB`, {
      about,
      help: 'look whether this is the file that is meant',
    })
  }
  return utf8(body)
}
