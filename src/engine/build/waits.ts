import { relative, resolve, sep } from 'node:path'
import { buildId, type Artifact, type Build } from '../../core/build.ts'
import { localPath } from '../../core/local.ts'
import { readIgnoreFile } from './context.ts'

/** Where the output of an artifact comes to lie. */
export const outputPath = ({ cwd, output }: Artifact, playbookDir: string): string =>
  resolve(localPath(cwd, playbookDir), output)

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
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true
    if (seen.has(from)) return false
    seen.add(from)
    return [...(after.get(from) ?? [])].some((next) => reaches(next, to, seen))
  }
  for (const artifact of artifacts) {
    const output = outputPath(artifact, playbookDir)
    for (const build of builds) {
      const [reader, maker] = [buildId(build), buildId(artifact)]
      if (reader === maker || !(await reads(build, playbookDir, output)) || reaches(maker, reader)) continue
      after.get(reader)?.add(maker)
    }
  }
  return new Map(
    [...after].map(([id, needs]) => [id, artifacts.filter((artifact) => needs.has(buildId(artifact)))]),
  )
}

async function reads(build: Build, playbookDir: string, output: string): Promise<boolean> {
  switch (build.kind) {
    case 'folder': {
      const root = localPath(build.path, playbookDir)
      return isIn(output, root) || isIn(root, output)
    }
    case 'image': {
      if (!build.build) return false
      const root = localPath(build.build.context, playbookDir)
      if (!isIn(output, root)) return isIn(root, output)
      const ignored = readIgnoreFile(root)
      return ignored.hasExceptions || !ignored(below(root, output))
    }
    case 'artifact':
      return readsInput(build, localPath(build.cwd, playbookDir), output)
  }
}

/** Of what a folder will hold nothing is known before it is built: a pattern has to begin with its path, or to match that. */
async function readsInput({ inputs }: Artifact, cwd: string, output: string): Promise<boolean> {
  const { default: picomatch } = await import('picomatch')
  const path = below(cwd, output)
  const matches = (pattern: string): boolean => picomatch.isMatch(path, pattern, { dot: true })
  const names = (pattern: string): boolean => {
    const { base, isGlob } = picomatch.scan(pattern)
    const root = resolve(cwd, base)
    return isIn(root, output) || (isIn(output, root) && (!isGlob || matches(pattern)))
  }
  const isOut = (pattern: string): boolean => pattern.startsWith('!') && matches(pattern.slice(1))
  return inputs.some((pattern) => !pattern.startsWith('!') && names(pattern)) && !inputs.some(isOut)
}

/** Whether a path is a folder or lies in it. */
export const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}${sep}`)

const below = (root: string, path: string): string => relative(root, path).split(sep).join('/')
