import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve, sep } from 'node:path'
import { buildId, type Artifact, type Build, type ImageBuild } from '../../core/build/index.ts'
import { localPath, wayTo } from '../../core/build/local.ts'
import { once } from '../../core/async/once.ts'
import { reachable } from '../../core/graph/reachable.ts'
import { readIgnoreFileIfFine } from './context.ts'

/** Which artifacts have to lie there before something is built from them, by the id of what is built. */
export type Waits = ReadonlyMap<string, readonly Artifact[]>

/**
 * The artifacts that builds need before: those that are named in `needs`, and those whose output lies where the build
 * reads, as a JAR that a Dockerfile copies. A place alone never closes a circle: there the declared need counts.
 */
export async function waitsOf(
  builds: readonly Build[],
  playbookDir: string,
  needsOf: (build: Build) => readonly Build[],
): Promise<Waits> {
  const artifacts = builds.filter((build) => build.kind === 'artifact')
  const after = new Map(builds.map((build) => [buildId(build), new Set(needsOf(build).map(buildId))]))
  const places = placeReader()
  const readers = await Promise.all(
    artifacts.length === 0
      ? []
      : builds.map(async (build) => [buildId(build), await readerOf(build, playbookDir, places)] as const),
  )
  for (const artifact of artifacts) {
    const maker = buildId(artifact)
    const output = outputOf(artifact, playbookDir, places)
    // Stays true below: there only what waits for the maker becomes more.
    const before = reachable(maker, (id) => after.get(id) ?? [])
    for (const [reader, reads] of readers) {
      if (!before.has(reader) && reads(output)) after.get(reader)?.add(maker)
    }
  }
  return new Map(
    [...after].map(([id, needs]) => [id, artifacts.filter((artifact) => needs.has(buildId(artifact)))]),
  )
}

/** By all its names: that which it is called by, and that which links on the way lead to. */
type Places = readonly string[]
export type PlaceReader = (path: string) => Places

/** Reads where links lead to, each path once. */
export function placeReader(): PlaceReader {
  const known = new Map<string, string>()
  const real = (path: string): string => {
    const found = known.get(path) ?? follow(path)
    known.set(path, found)
    return found
  }
  const follow = (path: string): string => {
    try {
      return realpathSync(path)
    } catch {
      // What is not there yet comes to lie in what is.
      return dirname(path) === path ? path : join(real(dirname(path)), basename(path))
    }
  }
  return (path) => [...new Set([resolve(path), real(resolve(path))])]
}

interface Output {
  readonly places: Places
  readonly mayBeFolder: boolean
}

function outputOf(artifact: Artifact, playbookDir: string, places: PlaceReader): Output {
  const path = outputPath(artifact, playbookDir)
  // Before it is built for the first time, its name is all that is known of it.
  return { places: places(path), mayBeFolder: isFolder(path) ?? extname(path) === '' }
}

/** Undefined for what is not there, or out of reach, which is told when it is read. */
function isFolder(path: string): boolean | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory()
  } catch {
    return undefined
  }
}

/** Where the output of an artifact comes to lie. */
export const outputPath = ({ cwd, output }: Artifact, playbookDir: string): string =>
  resolve(localPath(cwd, playbookDir), output)

type Reads = (output: Output) => boolean

async function readerOf(build: Build, playbookDir: string, places: PlaceReader): Promise<Reads> {
  switch (build.kind) {
    case 'folder':
      return readerOfPlace(places(localPath(build.path, playbookDir)), () => true)
    case 'image':
      return build.build ? readerOfContext(build.build, playbookDir, places) : () => false
    case 'artifact':
      return await readerOfInputs(build, localPath(build.cwd, playbookDir), places)
  }
}

/** @param isRead whether what lies below the place, at a path relative to it, is read */
const readerOfPlace =
  (roots: Places, isRead: (path: string, output: Output) => boolean): Reads =>
  (output) =>
    output.places.some((place) =>
      roots.some((root) => isIn(root, place) || (isIn(place, root) && isRead(wayTo(root, place), output))),
    )

function readerOfContext({ context }: ImageBuild, playbookDir: string, places: PlaceReader): Reads {
  const root = localPath(context, playbookDir)
  const ignored = once(() => readIgnoreFileIfFine(root))
  return readerOfPlace(
    places(root),
    (path, { mayBeFolder }) => (mayBeFolder && ignored().hasExceptions) || !ignored()(path),
  )
}

async function readerOfInputs({ inputs }: Artifact, cwd: string, places: PlaceReader): Promise<Reads> {
  const { patternIn, takes, takesBelow } = await import('./pattern.ts')
  const readers = inputs
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => {
      const { root, glob } = patternIn(cwd, pattern)
      // A path alone takes all that is below it.
      const [isTaken, isTakenBelow] = [takes(glob || '**'), takesBelow(glob || '**')]
      return readerOfPlace(
        places(root),
        (path, { mayBeFolder }) => isTaken(path) || (mayBeFolder && isTakenBelow(path)),
      )
    })
  const without = inputs
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => takes(pattern.slice(1)))
  const roots = places(cwd)
  const isOut = (place: string): boolean =>
    roots.some((root) => without.some((takesOut) => takesOut(wayTo(root, place))))
  return (output) => readers.some((reads) => reads(output)) && !output.places.every(isOut)
}

/** Whether a path is a folder or lies in it. */
export const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
