import type Dockerode from 'dockerode'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildId, type BuiltArtifact, type BuiltImage, type LocalFile } from '../../core/build/index.ts'
import { digestOf, type Digest } from '../../core/digest.ts'
import { systemCode } from '../../core/error.ts'
import { keptDigest, keptVersion, type KeptArtifact, type KeptState } from '../../core/history/kept.ts'
import { textsOfParams } from '../../core/playbook/params.ts'
import type { SharedReads } from '../../transport/files/shared-reads.ts'
import { createLimit } from '../../core/async/limit.ts'
import { wayTo } from '../../core/build/local.ts'
import type { Built, Session } from '../session.ts'
import type { PlaybookTexts, Workspace } from '../workspace.ts'
import { keepImages } from './images.ts'
import { packedIn, writePack } from './pack.ts'
import { contentPath, hasState, keepEach, keepFile, writeState, type MaybeContent } from './store.ts'

/** What a run was made from, as data. */
export function stateOf(session: Session, built: Built, texts: PlaybookTexts): KeptState {
  const { workspace, graph, redact } = session
  const { projectDir, playbookFile, playbook, given } = workspace
  const root = commonFolder([playbookFile, ...texts.keys()])
  const wanted = graph.builds.map((build) => ({ build, id: buildId(build) }))
  const params = Object.entries(textsOfParams(playbook.params, given))
  return {
    kept: keptVersion,
    // A text that holds a secret is asked for again, as the secret itself is.
    params: Object.fromEntries(params.filter(([, text]) => redact(text) === text)),
    playbook: {
      root: wayTo(projectDir, root),
      file: wayTo(root, playbookFile),
      files: Object.fromEntries([...texts].map(([file, text]) => [wayTo(root, file), digestOf(text)])),
    },
    artifacts: Object.fromEntries(
      wanted.flatMap(({ id }) => {
        const one = built.built.get(id)
        return one ? [[portable(id, workspace), artifactOf(one)]] : []
      }),
    ),
    images: wanted.flatMap(({ build }) => {
      const one = build.kind === 'image' ? built.images.get(build.ref) : undefined
      return one ? [imageOf(one)] : []
    }),
  }
}

/** The id of a build, whatever place the project has: URLs in it are told by their path in the project. */
export const portable = (id: string, { projectDir }: Pick<Workspace, 'projectDir'>): string =>
  placed(id, projectDir, '<project>', 'file://<project>')

/** A text with the paths and file URLs in it that lie in one folder as if they lay in another. */
export const moved = (text: string, from: string, to: string): string =>
  placed(text, from, to, pathToFileURL(to).href)

/** URLs come first: a path that needs no escapes stands in them as well. What replaces may look like a pattern of replacements. */
const placed = (text: string, from: string, path: string, url: string): string =>
  text.replaceAll(pathToFileURL(from).href, () => url).replaceAll(from, () => path)

const artifactOf = ({ name, digest, type, files }: BuiltArtifact): KeptArtifact => ({
  ...{ name, digest, type },
  files: files.map(({ path, digest: content, size, executable }) => ({
    ...{ path, digest: content, size, executable },
  })),
})

const imageOf = ({ ref, id, fingerprint, layers }: BuiltImage): KeptState['images'][number] => ({
  ...{ ref, id, fingerprint, layers },
})

function commonFolder(files: readonly string[]): string {
  const [first = sep, ...others] = files
  return others.reduce((folder, file) => {
    let common = folder
    while (!file.startsWith(common === sep ? sep : common + sep)) common = dirname(common)
    return common
  }, dirname(first))
}

/**
 * Keeps all that is needed to come back to what a run has made, unless it is kept already, and gives its digest.
 * Undefined when a file is not what it was when it was built: then nobody could come back to it.
 */
export async function keepState(
  session: Session,
  built: Built,
  texts: PlaybookTexts,
  engine: () => Promise<Dockerode>,
  reads: Pick<SharedReads, 'noted'>,
): Promise<{ readonly digest: Digest; readonly isNew: boolean } | undefined> {
  const { workspace, redact, findSecrets } = session
  const { stateDir } = workspace
  const state = stateOf(session, built, texts)
  const digest = keptDigest(state)
  if (await hasState(stateDir, digest)) return { digest, isNew: false }
  // The same content is often met more than once, and one is enough.
  const files = new Map(
    [...built.built.values()].flatMap((one) => one.files).map((file) => [file.digest, file]),
  )
  const limit = createLimit(8)
  const kept = await Promise.all([
    keepFiles(stateDir, [...files.values()], { showsSecret: findSecrets(), reads }),
    ...[...texts].map(([source, text]) =>
      limit(async () => redact(text) !== text || keepFile(stateDir, source, digestOf(text))),
    ),
  ])
  if (kept.includes(false)) return undefined
  if (state.images.length > 0) await keepImages(await engine(), stateDir, state.images)
  await writeState(stateDir, digest, state)
  return { digest, isNew: true }
}

/** Larger files are programs and archives, in which no text would be found. Bytes. */
const longestText = 1 << 20

/** From so many small files on they are kept as one. */
const worthAPack = 32

interface Means {
  readonly showsSecret: (bytes: Buffer) => boolean
  /** What was read when it was built. */
  readonly reads: Pick<SharedReads, 'noted'>
}

/** Keeps what is not kept yet. @returns whether all of it is what it was when it was built */
async function keepFiles(stateDir: string, files: readonly LocalFile[], means: Means): Promise<boolean> {
  const packed = await packedIn(stateDir)
  const missing = files.filter(
    ({ digest }) => !packed.has(digest) && !existsSync(contentPath(stateDir, digest)),
  )
  for (const { source, digest } of missing.filter(({ size }) => size > longestText)) {
    if (!(await keepFile(stateDir, source, digest))) return false
  }
  const small = missing.filter(({ size }) => size <= longestText)
  const contents = contentsToKeep(small, means)
  return small.length < worthAPack ? keepEach(stateDir, contents) : writePack(stateDir, contents)
}

/** No copy is made of a file that shows a secret; to come back to it needs the file itself. */
function* contentsToKeep(
  files: readonly LocalFile[],
  { showsSecret, reads }: Means,
): Generator<MaybeContent> {
  for (const { source, digest } of files) {
    const bytes = reads.noted(digest) ?? readIfSame(source, digest)
    if (!bytes) yield undefined
    else if (!showsSecret(bytes)) yield { digest, bytes }
  }
}

/** At once: for thousands of small files several times as fast as promises. */
function readIfSame(path: string, digest: Digest): Buffer | undefined {
  try {
    const bytes = readFileSync(path)
    return digestOf(bytes) === digest ? bytes : undefined
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Where a file of a kept playbook lay. */
export const rootOf = (projectDir: string, { playbook }: KeptState): string => join(projectDir, playbook.root)
