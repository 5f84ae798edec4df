import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { systemCode } from '../../src/core/error.ts'

/** A secret that a test has planted, with each text by which it could be found where it must not be. */
export interface Planted {
  readonly name: string
  readonly value: string
  readonly traces: readonly string[]
}

/** The forms are made here anew, so that a mistake in how the tool masks them is not made twice. */
export function plant(name: string, value: string): Planted {
  const lines = value.split('\n').filter((line) => line.length > 3)
  return { name, value, traces: [...new Set(lines.flatMap(tracesOf))] }
}

function tracesOf(line: string): readonly string[] {
  const bytes = Buffer.from(line)
  const url = encodeURIComponent(line)
  // Of each of the three ways to be aligned, only whole groups of three bytes are sure.
  const base64 = [0, 1, 2].flatMap((skip) => {
    const whole = bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3)
    return [whole.toString('base64'), whole.toString('base64url')]
  })
  return [
    line,
    JSON.stringify(line).slice(1, -1),
    line.split("'").join("'\\''"),
    url,
    url.toLowerCase(),
    url.replaceAll('%20', '+'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64.filter((text) => text.length >= 6),
  ]
}

/** What was looked through, and what was found there: `path: name`. */
export interface Search {
  bytes: number
  readonly found: string[]
  /** Paths where something was found that may be there: they show that the search finds what there is. */
  readonly allowed: string[]
}

export const newSearch = (): Search => ({ bytes: 0, found: [], allowed: [] })

/** Looks for planted secrets in a text or the content of a file. */
export function searchIn(
  search: Search,
  where: string,
  content: string | Buffer,
  planted: readonly Planted[],
): void {
  const bytes = Buffer.from(content)
  search.bytes += bytes.length
  for (const { name, traces } of planted) {
    const trace = traces.find((one) => bytes.includes(one))
    if (trace !== undefined) search.found.push(`${where}: ${name} as ${JSON.stringify(trace)}`)
  }
}

/** Nothing that a test makes here is larger; what others make at the same time may be. */
const largest = 64e6

/** What others have may go while it is looked at. */
function whileThere<T>(look: () => T, gone: T): T {
  try {
    return look()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return gone
    throw error
  }
}
const namesIn = (folder: string): readonly string[] => whileThere(() => readdirSync(folder), [])
const contentOf = (path: string): Buffer => whileThere(() => readFileSync(path), Buffer.alloc(0))

/** Looks through a folder of this machine: names, targets of links, contents, and what is in archives. */
export function searchFolder(
  search: Search,
  folder: string,
  planted: readonly Planted[],
  isAllowed: (path: string) => boolean,
): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined || isAllowed(path)) continue
    searchIn(search, `name of ${path}`, name, planted)
    if (stat.isSymbolicLink())
      searchIn(
        search,
        path,
        whileThere(() => readlinkSync(path), ''),
        planted,
      )
    else if (stat.isDirectory()) searchFolder(search, path, planted, isAllowed)
    else if (stat.isFile() && stat.size < largest) {
      const content = contentOf(path)
      searchIn(search, path, path.endsWith('.gz') ? gunzipSync(content) : content, planted)
    }
  }
}

/** What is mounted in a node is named, because one file system at a time is looked at. */
const places = ['/', '/run', '/tmp', '/dev/shm', '/var/lib/docker']
const patterns = '/dev/shm/planted-patterns'

/** Looks through all files of a node, which is a container of this machine, by its own grep. */
export function searchNode(
  search: Search,
  container: string,
  planted: readonly Planted[],
  isAllowed: (path: string) => boolean,
): void {
  const inNode = (script: string, input = ''): Buffer =>
    execFileSync('docker', ['exec', '-i', container, 'sh', '-c', script, 'sh', ...places], {
      input,
      maxBuffer: 1 << 28,
    })
  const all = `find "$@" -xdev -type f ! -path ${patterns}`
  search.bytes += Number(inNode(`${all} -printf '%s\\n' | awk '{ s += $1 } END { printf "%.0f", s }'`))
  // On standard input, so that no process has them on its command line.
  inNode(`cat > ${patterns}`, planted.flatMap(({ traces }) => traces).join('\n'))
  const found = inNode(`${all} -print0 | xargs -0 grep -lasF -f ${patterns} -- || :; rm ${patterns}`)
  for (const path of found.toString().split('\n')) {
    if (isAllowed(path)) search.allowed.push(path)
    else if (path !== '') searchIn(search, `${path} in the node`, inNode(`cat '${path}'`), planted)
  }
  searchIn(search, 'names of files in the node', inNode(`find "$@" -xdev -printf '%p %l\\n'`), planted)
}
