import { basename, dirname, join, resolve, sep } from 'node:path'
import { buildId, buildNeeds, type Build } from '../../core/build.ts'
import { reasonOf } from '../../core/error.ts'
import { localPath } from '../../core/local.ts'
import { readContext } from '../build/context.ts'
import type { DigestCache } from '../build/digest-cache.ts'
import { readContent } from '../build/folder.ts'
import { inputFiles } from '../build/inputs.ts'
import { isIn, outputPath, placeReader, waitsOf, type PlaceReader } from '../build/waits.ts'
import { isEditorFile } from './editor-files.ts'
import { gone, isUnsettled, stampReader, type Stamp } from './stamps.ts'

/** What a system is made from on this machine. */
export interface Sources {
  readonly builds: readonly Build[]
  /** Absolute; relative paths of builds start here. */
  readonly playbookDir: string
  /** Absolute: the playbook itself, what it imports, and whatever else a change of which means to load it anew. */
  readonly playbookFiles: readonly string[]
}

/** The stamps of all that is declared, by absolute path; what could not be read is there under the id of its build. */
export type Snapshot = ReadonlyMap<string, Stamp>

/** What stands in a look for a folder, which is no file but has to be there. */
const folder: Stamp = 'folder'

/** Of how many files a look knows. */
export const filesIn = (look: Snapshot): number =>
  [...look.values()].filter((stamp) => stamp !== folder).length

/** Whether something was being written just when it was looked at. */
export const isFresh = (look: Snapshot): boolean => [...look.values()].some(isUnsettled)

/** Looks at all files that builds read, by the code that builds read them with; only stamps instead of contents. */
export async function lookAt(sources: Sources): Promise<Snapshot> {
  const { builds, playbookDir, playbookFiles } = sources
  const reader = stampReader(Date.now())
  const all = allNeeded(builds)
  const waits = await waitsOf(all, playbookDir, buildNeeds)
  const places = placeReader()
  const looks = await Promise.all(
    all.map(async (build) => {
      const look = await lookAtBuild(build, playbookDir, reader)
      const made = (waits.get(buildId(build)) ?? []).flatMap((artifact) =>
        places(outputPath(artifact, playbookDir)),
      )
      return made.length === 0 ? look : look.filter((seen) => !isMade(seen, made, places))
    }),
  )
  const files = await stamped(playbookFiles, reader)
  return new Map([...looks.flat(), ...files].filter(([path]) => matters(path)))
}

/** All that builds need. Two of one id that differ are one here: a run refuses them, and an edit of the playbook mends that. */
export function allNeeded(builds: readonly Build[]): readonly Build[] {
  const all = new Map<string, Build>()
  const add = (build: Build): void => {
    if (all.has(buildId(build))) return
    all.set(buildId(build), build)
    buildNeeds(build).forEach(add)
  }
  builds.forEach(add)
  return [...all.values()]
}

/** What a run makes itself is no edit, nor is the way to it. */
function isMade([path, stamp]: Stamped[number], made: readonly string[], places: PlaceReader): boolean {
  const around = places(dirname(path)).map((place) => join(place, basename(path)))
  return around.some((place) =>
    made.some((output) => isIn(place, output) || (stamp === folder && isIn(output, place))),
  )
}

/** What a run makes itself, and what editors keep beside a file, is no edit. */
const matters = (path: string): boolean =>
  !path.split(sep).includes('.provision') && !isEditorFile(basename(path))

type Stamped = readonly (readonly [path: string, stamp: Stamp])[]

async function lookAtBuild(build: Build, playbookDir: string, reader: DigestCache): Promise<Stamped> {
  try {
    switch (build.kind) {
      case 'artifact': {
        const cwd = localPath(build.cwd, playbookDir)
        const paths = await inputFiles(buildId(build), cwd, build.inputs, build.output)
        return await stamped(
          paths.map((path) => resolve(cwd, path)),
          reader,
        )
      }
      case 'folder': {
        const source = localPath(build.path, playbookDir)
        const content = await readContent(source, build.exclude, reader)
        return content ? content.files.map((file) => [file.source, file.digest]) : [[source, gone]]
      }
      case 'image':
        return build.build ? await lookAtContext(build.build, playbookDir, reader) : []
    }
  } catch (error) {
    // A folder that is missing, a pattern that matches nothing: a run says so, and that it is mended is a difference.
    return [[buildId(build), `unreadable: ${reasonOf(error)}`]]
  }
}

async function lookAtContext(
  build: Parameters<typeof readContext>[0],
  playbookDir: string,
  reader: DigestCache,
): Promise<Stamped> {
  const root = localPath(build.context, playbookDir)
  const { entries } = await readContext(build, playbookDir, reader)
  return entries.map((entry) => {
    if (entry.type === 'file') return [entry.source, entry.digest]
    return [join(root, entry.path), entry.type === 'link' ? `link to ${entry.to}` : folder]
  })
}

const stamped = async (paths: readonly string[], reader: DigestCache): Promise<Stamped> => {
  const facts = await reader.of(paths)
  return paths.map((path, i) => [path, facts[i]?.digest ?? gone])
}

/**
 * A look before something was read, once more is known to be read: what it stamped already stays as it was, what is new
 * has the stamps of now, and what is read no more is left out.
 */
export const extended = (before: Snapshot, now: Snapshot): Snapshot =>
  new Map([...now].map(([path, stamp]) => [path, before.get(path) ?? stamp]))

/** The paths whose stamps differ, sorted. */
export function differences(before: Snapshot, now: Snapshot): readonly string[] {
  const paths = [...new Set([...before.keys(), ...now.keys()])]
  return paths.filter((path) => before.get(path) !== now.get(path)).sort()
}
