import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import type { Artifact, BuiltArtifact } from '../../core/build/index.ts'
import type { Digest } from '../../core/digest.ts'
import { ProvisionError, systemCode } from '../../core/error.ts'
import type { Event } from '../../core/event.ts'
import { localPath, wayTo } from '../../core/build/local.ts'
import { quoteAll } from '../../core/quote.ts'
import { nearest } from '../../core/text/suggest.ts'
import { runLocal } from '../../transport/local.ts'
import { runInImage } from './artifact-in-image.ts'
import {
  artifactFiles,
  readArtifactInputs,
  stampsOf,
  written,
  type ArtifactInputs,
} from './artifact-inputs.ts'
import { builderCommand } from './builder.ts'
import { byItself } from './by-itself.ts'
import { readContent } from './folder.ts'
import { changedFiles, readArtifactRecord, recordPath, writeJson, type ArtifactRecord } from './records.ts'
import { asTask, type BuildTask } from './task.ts'
import type { Workshop } from './workshop.ts'

/** Has an artifact as its inputs want it: as it lies there when nothing changed since it was built, else built. */
export async function provideArtifact(artifact: Artifact, workshop: Workshop): Promise<BuiltArtifact> {
  const { name, in: image } = artifact
  const { cacheDir, emit, limit, playbookDir, signal } = workshop
  const what = `artifact ${name}`
  const cwd = localPath(artifact.cwd, playbookDir)
  // One of them may make the folder.
  await workshop.artifactsBefore(artifact)
  requireFolder(what, cwd)
  const record = recordPath(cacheDir, 'artifacts', `${relative(cacheDir, cwd)} ${name}`)
  const place: Place = { artifact, cwd, target: resolve(cwd, artifact.output), record }
  const { current } = await look(place, await artifactFiles(artifact, cwd), workshop)
  if (current) return current
  const builtIn = image && (await workshop.image(image))
  return await limit(() =>
    asTask(emit, what, signal, (task) =>
      // Another environment's run, or one that only plans, would write to the same output.
      byItself(what, `${what} in ${cwd}`, signal, task, () => make(place, builtIn?.id, workshop, task)),
    ),
  )
}

/** Where an artifact is built, and where it is written down how. */
interface Place {
  readonly artifact: Artifact
  readonly cwd: string
  readonly target: string
  readonly record: string
}

interface Look {
  readonly inputs: ArtifactInputs
  readonly before: ArtifactRecord | undefined
  /** Undefined when it has to be built. */
  readonly current: BuiltArtifact | undefined
}

async function look(
  { artifact, cwd, target, record }: Place,
  paths: readonly string[],
  workshop: Workshop,
): Promise<Look> {
  const inputs = await readArtifactInputs(artifact, cwd, paths, workshop)
  const before = readArtifactRecord(record)
  if (before?.inputs !== inputs.digest) return { inputs, before, current: undefined }
  const content = await readContent(target, [], workshop.digests)
  const isCurrent = content?.digest === before.output
  const { name } = artifact
  const current = isCurrent ? { name, ...content, made: 'before' as const, changed: [] } : undefined
  return { inputs, before, current }
}

/** Builds an artifact, unless another run has done so by now. */
async function make(
  place: Place,
  imageId: string | undefined,
  workshop: Workshop,
  task: BuildTask,
): Promise<BuiltArtifact> {
  const { artifact, cwd, target, record } = place
  const { name } = artifact
  const paths = await artifactFiles(artifact, cwd)
  // Taken before the contents are read, so that nothing is written unseen between the two.
  const stamps = stampsOf(cwd, paths)
  const { inputs, before, current } = await look(place, paths, workshop)
  if (current) return current
  await build(artifact, cwd, imageId, workshop, task)
  const built = await readContent(target, [], workshop.digests)
  if (!built) throw noOutput(`artifact ${name}`, target)
  const accept = await workshop.notice?.(artifact)
  const after = await artifactFiles(artifact, cwd)
  const rewritten = written(stamps, stampsOf(cwd, after))
  // What the build before wrote to as well, the command writes itself; all else may have been saved and taken back.
  const other = rewritten.filter((path) => !before?.rewritten.includes(path))
  const isItself = rewritten.length > 0 && other.length === 0
  const read = isItself ? await readArtifactInputs(artifact, cwd, after, workshop) : undefined
  const isKnown = rewritten.length === 0 || read?.digest === inputs.digest
  if (isKnown) accept?.()
  else task.line(`written to meanwhile, so the next run builds it again: ${list(rewritten)}`)
  if (read && !isKnown) workshop.emit(byProducts(place, workshop, changedFiles(inputs.files, read.files)))
  writeJson(record, {
    inputs: isKnown ? inputs.digest : unknownInputs,
    files: inputs.files,
    output: built.digest,
    rewritten,
  } satisfies ArtifactRecord)
  const changed = before ? changedFiles(before.files, inputs.files) : []
  return { name, ...built, made: 'now', changed }
}

/** What costs a second build after each edit. */
function byProducts(
  { artifact: { name }, cwd }: Place,
  { playbookDir }: Workshop,
  paths: readonly string[],
): Event {
  // As its inputs are written.
  const first = wayTo(cwd, resolve(playbookDir, paths[0] ?? ''))
  const text = `artifact ${name} is built twice: it writes to its own inputs; add '!${first}' to them (${list(paths)})`
  return { event: 'note', level: 'warning', text }
}

/** Stands where nobody knows what the command has read. */
const unknownInputs: Digest = ''

const list = (paths: readonly string[]): string =>
  paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ')

async function build(
  artifact: Artifact,
  cwd: string,
  imageId: string | undefined,
  workshop: Workshop,
  task: BuildTask,
): Promise<void> {
  const { name, run, env, in: image } = artifact
  const means = { signal: workshop.signal, onLine: task.line }
  const { code, signal: endedBy } =
    image && imageId !== undefined
      ? await runInImage(
          { ...builderCommand(artifact, cwd, { id: imageId, ref: image.ref }), ...means },
          workshop,
        )
      : await runLocal({ argv: run, cwd, env, ...means })
  if (code === 0) return
  const how = endedBy === undefined ? `failed with exit code ${code ?? 'none'}` : `was ended by ${endedBy}`
  const where = image ? ` in ${image.ref}` : ''
  throw new ProvisionError('build', `artifact ${name}: \`${quoteAll(run)}\`${where} ${how}`, {
    output: task.tail(),
    help: code === 127 ? 'is the program there and executable?' : `correct what it says; it ran in ${cwd}`,
  })
}

function requireFolder(what: string, path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  throw new ProvisionError('playbook', `${what}: there is no folder ${path} to build in`, {
    help: nearHelp(path) ?? 'correct `cwd` in the playbook',
  })
}

const noOutput = (what: string, path: string): ProvisionError =>
  new ProvisionError('build', `${what}: the command succeeded, but there is no ${path}`, {
    help: nearHelp(path) ?? 'correct `output` in the playbook, or let the command write it',
  })

/** What a folder has in place of a missing entry. */
function nearHelp(path: string): string | undefined {
  try {
    const folder = dirname(path)
    const names = readdirSync(folder)
    const near = nearest(basename(path), names)
    if (near !== undefined) return `did you mean ${JSON.stringify(near)}? it is in ${folder}`
    return names.length > 0 ? `${folder} has: ${names.slice(0, 10).join(', ')}` : `${folder} is empty`
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
