import { dirname, resolve } from 'node:path'
import picomatch from 'picomatch'
import type { Artifact, Build } from '../../core/build/index.ts'
import { localPath, wayTo } from '../../core/build/local.ts'
import { dockerfilePath } from '../build/context.ts'
import { patternIn } from '../build/pattern.ts'
import type { Ignore } from '../build/dockerignore.ts'
import { allNeeded, type Sources } from './look.ts'

/** A part of the file system in which something may happen that concerns us. */
export interface Area {
  /** Absolute. A file, a folder, or nothing yet. */
  readonly root: string
  /** Whether what lies in the folders of it counts as well. */
  readonly depth: 'flat' | 'deep'
  /** Whether nothing below a folder of it, an absolute path, is wanted. */
  readonly isOut: (folder: string) => boolean
}

/**
 * Where to listen for changes of what a system is made from. Wider than what is declared: listening only wakes, what
 * changed is found by looking.
 * @param ignoreOf what the `.dockerignore` of a folder says now
 */
export function areasOf(sources: Sources, ignoreOf: (folder: string) => Ignore): readonly Area[] {
  const { builds, playbookDir, playbookFiles } = sources
  const deep = allNeeded(builds).flatMap((build) => areasOfBuild(build, playbookDir, ignoreOf))
  // The folder around an area tells when its root comes or goes.
  const around = [...deep.map(({ root }) => root), ...playbookFiles].map(dirname)
  return [...deep, ...[...new Set(around)].map(flat)]
}

const nothing = (): boolean => false

const flat = (root: string): Area => ({ root, depth: 'flat', isOut: nothing })

function areasOfBuild(build: Build, playbookDir: string, ignoreOf: (folder: string) => Ignore): Area[] {
  switch (build.kind) {
    case 'artifact':
      return areasOfInputs(build, localPath(build.cwd, playbookDir))
    case 'folder': {
      const root = localPath(build.path, playbookDir)
      const isExcluded = picomatch([...build.exclude], { dot: true })
      return [{ root, depth: 'deep', isOut: below(root, build.exclude.length > 0 ? isExcluded : nothing) }]
    }
    case 'image': {
      if (!build.build) return []
      const root = localPath(build.build.context, playbookDir)
      const ignored = ignoreOf(root)
      const isOut = ignored.hasExceptions ? nothing : ignored
      const dockerfile = dockerfilePath(build.build, playbookDir)
      return [{ root, depth: 'deep', isOut: below(root, isOut) }, flat(dirname(dockerfile))]
    }
  }
}

function areasOfInputs({ inputs, output }: Artifact, cwd: string): Area[] {
  const without = inputs.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  const isUnwanted = picomatch([...without, ...without.map((glob) => glob.replace(/\/\*\*(?:\/\*)?$/, ''))], {
    dot: true,
  })
  const product = resolve(cwd, output)
  const isOut = (folder: string): boolean => folder === product || below(cwd, isUnwanted)(folder)
  return inputs
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => {
      const { root, glob } = patternIn(cwd, pattern)
      // `*.json` is about one folder; `src`, `src/**` and `{src,lib}` are about all in it.
      const isFlat = glob.includes('*') && !glob.includes('/') && !glob.includes('**')
      return { root, depth: isFlat ? 'flat' : 'deep', isOut }
    })
}

/** A rule about paths relative to a folder, with `/`, as one about absolute paths. */
const below =
  (root: string, isOut: (path: string) => boolean) =>
  (folder: string): boolean => {
    const path = wayTo(root, folder)
    return path !== '' && !path.startsWith('../') && isOut(path)
  }
