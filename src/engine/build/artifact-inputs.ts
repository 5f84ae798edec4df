import { resolve } from 'node:path'
import type { Artifact } from '../../core/build/index.ts'
import { digestOfValue, type Digest } from '../../core/digest.ts'
import { wayTo } from '../../core/build/local.ts'
import { stampOf } from './digest-cache.ts'
import { inputFiles } from './inputs.ts'
import type { FileDigests } from './records.ts'
import { outputPath } from './waits.ts'
import type { Workshop } from './workshop.ts'

/** All that goes into an artifact, read. */
export interface ArtifactInputs {
  readonly digest: Digest
  /** By their path relative to the playbook's folder. */
  readonly files: FileDigests
}

/** The input files of an artifact, relative to the folder that it is built in. */
export const artifactFiles = ({ name, inputs, output }: Artifact, cwd: string): Promise<readonly string[]> =>
  inputFiles(`artifact ${name}`, cwd, inputs, output)

/** Reads what goes into an artifact. */
export async function readArtifactInputs(
  { run, env, output, in: image, needs }: Artifact,
  cwd: string,
  paths: readonly string[],
  { digests, inputsOf, artifact, playbookDir }: Workshop,
): Promise<ArtifactInputs> {
  const facts = await digests.of(paths.map((path) => resolve(cwd, path)))
  const content = paths.map((path, i) => [path, facts[i]?.digest ?? '', facts[i]?.executable])
  const builder = image && (await inputsOf(image)).digest
  const others = await Promise.all(
    needs.map(async (need) => ({ need, digest: (await artifact(need)).digest })),
  )
  const prefix = wayTo(playbookDir, cwd)
  const own = paths.map((path, i): [string, Digest] => [
    prefix === '' ? path : `${prefix}/${path}`,
    facts[i]?.digest ?? '',
  ])
  const made = others.map(({ need, digest }): [string, Digest] => [
    wayTo(playbookDir, outputPath(need, playbookDir)),
    digest,
  ])
  const named = others.map(({ need, digest }) => [need.name, digest])
  return {
    digest: digestOfValue({ content, run, env, output, builder, ...(named.length > 0 && { others: named }) }),
    files: Object.fromEntries([...made, ...own]),
  }
}

/** The states of files, by path. */
export type Stamps = ReadonlyMap<string, string | undefined>

/** How files are, so that it can be told later which were written to since, even if their content is what it was. */
export const stampsOf = (cwd: string, paths: readonly string[]): Stamps =>
  new Map(paths.map((path) => [path, stampOf(resolve(cwd, path))]))

/** The files that were written to, came or went. */
export const written = (before: Stamps, now: Stamps): readonly string[] =>
  [...new Set([...before.keys(), ...now.keys()])].filter((path) => before.get(path) !== now.get(path)).sort()
