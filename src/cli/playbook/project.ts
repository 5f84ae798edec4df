import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { ProvisionError, reasonOf } from '../../core/error.ts'
import { didYouMean } from '../../core/text/suggest.ts'

/** The folder with `playbooks/`, or whose package.json names a playbook. */
interface Project {
  readonly dir: string
  /** The default playbook that package.json names. */
  readonly chosen: string | undefined
  readonly names: readonly string[]
}

export interface FoundPlaybook {
  /** Absolute. */
  readonly file: string
  /** Where `.provision` lies; without links. */
  readonly projectDir: string
}

/**
 * The file of a playbook: by name, by path, or without either the default one of the project around a folder.
 * @throws ProvisionError `usage` when there is none, with the names of those that there are
 */
export function findPlaybook(wanted: string | undefined, cwd: string): FoundPlaybook {
  if (wanted !== undefined && isPath(wanted)) return byPath(wanted, cwd)
  const project = projectAround(cwd)
  if (!project) throw noProject(wanted, cwd)
  const name = wanted ?? defaultOf(project)
  if (isPath(name)) return byPath(name, project.dir)
  const file = playbookIn(join(project.dir, 'playbooks', name))
  if (file !== undefined) return { file, projectDir: project.dir }
  throw new ProvisionError(
    'usage',
    `there is no playbook ${JSON.stringify(name)} in ${join(project.dir, 'playbooks')}`,
    {
      help: didYouMean(name, project.names),
    },
  )
}

/** Whether a word is meant as a path. */
export const isPath = (word: string): boolean =>
  word.includes('/') || word.includes(sep) || word.startsWith('.') || /\.[cm]?[jt]s$/.test(word)

/**
 * The nearest folder from here up that is a project; undefined when there is none. Its `dir` has no links in it: by that go the
 * names of nodes and the place of all state, so the same project on another way is the same one.
 */
export function projectAround(start: string): Project | undefined {
  const project = nearest(start)
  return project && { ...project, dir: realpathSync(project.dir) }
}

/** With the way to it as it was given. */
function nearest(start: string): Project | undefined {
  for (const dir of upwards(start)) {
    const chosen = chosenIn(dir)
    const names = playbooksIn(dir)
    if (chosen !== undefined || names.length > 0) return { dir, chosen, names }
  }
  return undefined
}

/** A folder and all that it lies in, inmost first. */
export function upwards(start: string): string[] {
  const dir = resolve(start)
  const parent = dirname(dir)
  return parent === dir ? [dir] : [dir, ...upwards(parent)]
}

function defaultOf({ dir, chosen, names }: Project): string {
  if (chosen !== undefined) return chosen
  const [only, ...others] = names
  if (only !== undefined && others.length === 0) return only
  const name = only ?? 'NAME'
  throw new ProvisionError('usage', `which playbook? ${join(dir, 'playbooks')} has ${names.join(', ')}`, {
    help: `add --playbook ${name}, or put "provision": { "playbook": "${name}" } into package.json`,
  })
}

function byPath(path: string, from: string): FoundPlaybook {
  const full = resolve(from, path)
  const file = playbookIn(full) ?? (isFile(full) ? full : undefined)
  if (file === undefined) {
    const siblings = playbooksIn(projectAround(dirname(full))?.dir ?? from)
    throw new ProvisionError('usage', `there is no playbook at ${full}`, {
      help: didYouMean(basename(path), siblings),
    })
  }
  const dirs = upwards(dirname(file))
  const home =
    nearest(dirname(file))?.dir ?? dirs.find((dir) => existsSync(join(dir, 'package.json'))) ?? dirname(file)
  // Within the project links stay: a playbook's folder may be one.
  const projectDir = realpathSync(home)
  return { file: join(projectDir, relative(home, file)), projectDir }
}

/** The names of the playbooks in a project's folder. */
function playbooksIn(dir: string): string[] {
  try {
    return readdirSync(join(dir, 'playbooks')).filter(
      (name) => playbookIn(join(dir, 'playbooks', name)) !== undefined,
    )
  } catch {
    // No such folder: nothing to list.
    return []
  }
}

const playbookIn = (dir: string): string | undefined =>
  ['playbook.ts', 'playbook.mts', 'playbook.js', 'playbook.mjs'].map((name) => join(dir, name)).find(isFile)

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    // A file stands where a folder would have to, or we may not look.
    return false
  }
}

/** What `"provision": { "playbook": … }` of a folder's package.json says. */
function chosenIn(dir: string): string | undefined {
  const path = join(dir, 'package.json')
  if (!isFile(path)) return undefined
  const named = fieldOf(fieldOf(parseJson(path), 'provision'), 'playbook')
  if (named === undefined || typeof named === 'string') return named
  throw new ProvisionError('usage', `${path}: provision.playbook is ${JSON.stringify(named)}, not a name`)
}

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(field)
    : undefined

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ProvisionError('usage', `${path} cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

const noProject = (wanted: string | undefined, cwd: string): ProvisionError =>
  new ProvisionError(
    'usage',
    wanted === undefined
      ? `there is no playbook here: neither ${resolve(cwd)} nor a folder above it has playbooks/`
      : `there is no playbook ${JSON.stringify(wanted)}: neither ${resolve(cwd)} nor a folder above it has playbooks/`,
    { help: '`provision init` writes a small one that works' },
  )
