import { importsOf, type SourceFile } from './imports.ts'

/** Which folders of src a folder may import from, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  modules: ['core'],
  transport: ['core'],
  report: ['core'],
  providers: ['engine', 'boxes', 'transport', 'core'],
  boxes: ['engine', 'providers', 'transport', 'core'],
  engine: ['boxes', 'providers', 'transport', 'core'],
  // It gives playbooks the public API.
  cli: ['index.ts', 'engine', 'providers', 'boxes', 'report', 'transport', 'core'],
}

const maxLines = 250

/** Every way in which files break the direction of imports or the limit on length: one line each, for people. */
export const violations = (files: readonly SourceFile[]): string[] => [
  ...files.flatMap((file) => [...tooLong(file), ...(file.path.endsWith('.ts') ? wrongImports(file) : [])]),
  ...cycles(files.filter(({ path }) => path.startsWith('src/') && path.endsWith('.ts'))),
  ...heavyStarts(files),
]

const tooLong = ({ path, text }: SourceFile): string[] => {
  const lines = text.split('\n').length - 1
  return lines > maxLines ? [`${path} has ${lines} lines, more than ${maxLines}`] : []
}

function wrongImports(file: SourceFile): string[] {
  const targets = importsOf(file).map(({ target }) => target)
  const [top, folder] = file.path.split('/')
  if (top === 'playbooks' || top === 'boxes') return wrongInPlaybook(file.path, targets)
  if (top !== 'src' || folder === undefined || file.path === 'src/index.ts') return []
  return targets.flatMap((target) => {
    const isOurs = target.startsWith('src/')
    if (!isOurs) return target === 'provision' ? [`${file.path} imports its own package by name`] : []
    const [, other = ''] = target.split('/')
    if (folder === 'modules' && other === 'modules') return sameModule(file.path, target)
    if (other === folder || allowed[folder]?.includes(other)) return []
    return [`${file.path} imports ${target}: ${folder} may not import from ${other}`]
  })
}

/** A module may be spread over files that begin with its name (`container.ts`, `container-spec.ts`, `container/`). */
function sameModule(path: string, target: string): string[] {
  const wordOf = (file: string) => /^src\/modules\/([a-z]+)/.exec(file)?.[1]
  return wordOf(path) === wordOf(target)
    ? []
    : [`${path} imports ${target}: modules may not import each other`]
}

function wrongInPlaybook(path: string, targets: readonly string[]): string[] {
  const own = path.split('/').slice(0, 2).join('/') + '/'
  const fine = (target: string) =>
    target === 'provision' ||
    target.startsWith('node:') ||
    target.startsWith(own) ||
    /^boxes\/[^/]+\/box\.ts$/.test(target)
  return targets
    .filter((target) => !fine(target))
    .map((target) => `${path} imports ${target}: only 'provision', its own files and boxes`)
}

/** Cycles of imports that are there at run time. */
function cycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file).flatMap(({ target, typeOnly }) => (typeOnly ? [] : [target])),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push(`a cycle of imports: ${[...trail.slice(start), path].join(' → ')}`)
    if (start >= 0 || done.has(path)) return
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

/** Loaded by each command, be it only to tell how it is called. */
const atEachStart = /^src\/cli\/(main|wire|commands\/[^/]+)\.ts$/

/** Packages take longer to load than all of that, so they are imported where they are needed. */
function heavyStarts(files: readonly SourceFile[]): string[] {
  const known = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const visit = (path: string): string[] => {
    const file = known.get(path)
    if (!file || done.has(path)) return []
    done.add(path)
    const targets = importsOf(file).flatMap(({ target, typeOnly, isCall }) =>
      typeOnly || isCall ? [] : [target],
    )
    const packages = targets.filter((target) => !target.startsWith('node:') && !target.startsWith('src/'))
    return [
      ...packages.map((one) => `${path} imports ${one}: every start would load it`),
      ...targets.flatMap(visit),
    ]
  }
  return [...known.keys()].filter((path) => atEachStart.test(path)).flatMap(visit)
}
