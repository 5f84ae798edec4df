import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, relative, resolve, sep } from 'node:path'
import type { Artifact, BuiltArtifact } from '../../core/build.ts'
import { digestOfValue } from '../../core/digest.ts'
import { ProvisionError, systemCode } from '../../core/error.ts'
import { localPath } from '../../core/local.ts'
import { quoteAll } from '../../core/quote.ts'
import { nearest } from '../../core/suggest.ts'
import { runLocal } from '../../transport/local.ts'
import { runInImage } from './artifact-in-image.ts'
import { readContent } from './folder.ts'
import { inputFiles } from './inputs.ts'
import { changedFiles, readRecord, recordPath, writeJson } from './records.ts'
import { asTask, type BuildTask } from './task.ts'
import type { Workshop } from './workshop.ts'

/** Has an artifact as its inputs want it: as it lies there when nothing changed since it was built, else built. */
export async function provideArtifact(artifact: Artifact, workshop: Workshop): Promise<BuiltArtifact> {
  const { name, run, env, output, in: image } = artifact
  const what = `artifact ${name}`
  const cwd = localPath(artifact.cwd, workshop.playbookDir)
  requireFolder(what, cwd)
  const paths = await inputFiles(what, cwd, artifact.inputs, output)
  const facts = await workshop.digests.of(paths.map((path) => resolve(cwd, path)))
  const content = paths.map((path, i) => [path, facts[i]?.digest ?? '', facts[i]?.executable])
  const builder = image && (await workshop.inputsOf(image)).digest
  const inputs = digestOfValue({ content, run, env, output, builder })
  const target = resolve(cwd, output)
  const record = recordPath(workshop.cacheDir, 'artifacts', `${relative(workshop.cacheDir, cwd)} ${name}`)
  const before = readRecord(record)
  if (before?.inputs === inputs) {
    const built = await readContent(target, [], workshop.digests)
    if (built?.digest === before.output) return { name, ...built, changed: [] }
  }
  const builtIn = image && (await workshop.image(image))
  return await workshop.limit(() =>
    asTask(workshop.emit, what, workshop.signal, async (task) => {
      await build(artifact, cwd, builtIn?.id, workshop, task)
      const built = await readContent(target, [], workshop.digests)
      if (!built) throw noOutput(what, target)
      const prefix = relative(workshop.playbookDir, cwd).split(sep).join('/')
      const files = Object.fromEntries(
        paths.map((path, i) => [prefix === '' ? path : `${prefix}/${path}`, facts[i]?.digest ?? '']),
      )
      writeJson(record, { inputs, files, output: built.digest })
      return { name, ...built, changed: before ? changedFiles(before.files, files) : [] }
    }),
  )
}

async function build(
  { name, run, env, in: image, inputs, output }: Artifact,
  cwd: string,
  imageId: string | undefined,
  workshop: Workshop,
  task: BuildTask,
): Promise<void> {
  const { signal } = workshop
  const command = { argv: run, cwd, env, signal, onLine: task.line }
  const { code, signal: endedBy } =
    image && imageId !== undefined
      ? await runInImage(
          { ...command, name, image: imageId, ref: image.ref, uses: [...inputs, output] },
          workshop,
        )
      : await runLocal(command)
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
