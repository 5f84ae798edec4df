import { basename, dirname, join, resolve, sep } from 'node:path'
import { buildId, buildNeeds, type Build } from '../../core/build/index.ts'
import { reasonOf } from '../../core/error.ts'
import { localPath } from '../../core/build/local.ts'
import { readContext } from '../build/context.ts'
import type { DigestCache } from '../build/digest-cache.ts'
import { readContent } from '../build/folder.ts'
import { inputFiles } from '../build/inputs.ts'
import { isIn, outputPath, placeReader, waitsOf, type PlaceReader } from '../build/waits.ts'
import { isEditorFile } from './editor-files.ts'
import type { Part, Snapshot } from './snapshot.ts'
import { folder, gone, linkTo, stampReader, type Stamp } from './stamps.ts'

/** What a system is made from on this machine. */
export interface Sources {
  readonly builds: readonly Build[]
  /** Absolute; relative paths of builds start here. */
  readonly playbookDir: string
  /** Absolute: the playbook itself, what it imports, and whatever else a change of which means to load it anew. */
  readonly playbookFiles: readonly string[]
}

/** Under which the files of the playbook are in a look. */
const playbookPart = 'playbook'

/** Looks at all files that builds read, by the code that builds read them with; only stamps instead of contents. */
export async function lookAt(sources: Sources): Promise<Snapshot> {
  const reader = stampReader(Date.now)
  const all = allNeeded(sources.builds)
  const partOf = await partReader(sources, reader)
  const parts = await Promise.all(all.map(async (build) => [buildId(build), await partOf(build)] as const))
  const files = await stamped(sources.playbookFiles, reader)
  return new Map([...parts, [playbookPart, { stamps: new Map(files) }]])
}

/** Looks at what one build reads. */
export const lookAtOne = async (build: Build, sources: Sources): Promise<Part> =>
  (await partReader(sources, stampReader(Date.now)))(build)

async function partReader(
  { builds, playbookDir }: Sources,
  reader: DigestCache,
): Promise<(build: Build) => Promise<Part>> {
  const waits = await waitsOf(allNeeded(builds), playbookDir, buildNeeds)
  const places = placeReader()
  return async (build) => {
    const made = (waits.get(buildId(build)) ?? []).flatMap((artifact) =>
      places(outputPath(artifact, playbookDir)),
    )
    try {
      const look = (await lookAtBuild(build, playbookDir, reader)).filter(([path]) => matters(path))
      return {
        stamps: new Map(made.length === 0 ? look : look.filter((seen) => !isMade(seen, made, places))),
      }
    } catch (error) {
      return { unreadable: reasonOf(error) }
    }
  }
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
    return [join(root, entry.path), entry.type === 'link' ? linkTo(entry.to) : folder]
  })
}

const stamped = async (paths: readonly string[], reader: DigestCache): Promise<Stamped> => {
  const facts = await reader.of(paths)
  return paths.map((path, i) => [path, facts[i]?.digest ?? gone])
}
