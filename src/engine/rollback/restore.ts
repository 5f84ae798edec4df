import type Dockerode from 'dockerode'
import { buildId, type Build, type BuiltArtifact } from '../../core/build/index.ts'
import { short } from '../../core/digest.ts'
import { ProvisionError } from '../../core/error.ts'
import type { KeptArtifact, KeptState } from '../../core/history/kept.ts'
import { allOf } from '../../core/track.ts'
import { imageFingerprint } from '../../transport/images/fingerprint.ts'
import { openDigestCache, type DigestCache } from '../build/digest-cache.ts'
import { combined } from '../plan/in-the-way.ts'
import type { Built } from '../session.ts'
import { imagesHere } from './images.ts'
import { unpack } from './pack.ts'
import { contentPath, isThere } from './store.ts'
import { ownCommand } from '../../core/text/own-command.ts'

export interface Restoring {
  readonly state: KeptState
  readonly stateDir: string
  readonly cacheDir: string
  readonly engine: () => Promise<Dockerode>
  /** The id by which a build was known when it was kept. */
  readonly idOf: (build: Build) => string
  /** Does a build as it is now: what is not kept may still be what it was. */
  readonly build: (builds: readonly Build[]) => Promise<Built>
}

/**
 * Answers builds with what is kept of them, and builds nothing that is.
 * @throws ProvisionError `state` for what is not kept any more and would be another now
 */
export async function restored(builds: readonly Build[], options: Restoring): Promise<Built> {
  const digests = openDigestCache(options.cacheDir)
  // Waits for all, also when one fails: nothing is to be built behind an error.
  const built = await allOf(
    builds
      .filter((build) => build.kind !== 'image')
      .map(async (build) => [buildId(build), await artifactOf(build, options, digests)] as const),
    combined,
  )
  digests.save()
  return { built: new Map(built), images: await imagesOf(builds, options) }
}

async function artifactOf(build: Build, options: Restoring, digests: DigestCache): Promise<BuiltArtifact> {
  const kept = options.state.artifacts[options.idOf(build)]
  const whole = kept && (await fromStore(kept, options.stateDir, digests))
  if (whole) return whole
  const { built } = await options.build([build])
  const now = built.get(buildId(build))
  if (now && (kept === undefined || now.digest === kept.digest))
    return { ...now, made: 'before', changed: [] }
  throw notKept(
    buildId(build),
    `its content ${short(kept?.digest ?? '')} is not kept (a file that holds a secret never is), and it is another now`,
  )
}

/** The files where they are kept; undefined unless all of them are there, byte for byte. */
async function fromStore(
  { name, digest, type, files }: KeptArtifact,
  stateDir: string,
  digests: DigestCache,
): Promise<BuiltArtifact | undefined> {
  await unpack(
    stateDir,
    files.map((file) => file.digest),
  )
  const sources = files.map((file) => contentPath(stateDir, file.digest))
  const there = await Promise.all(sources.map(isThere))
  if (there.includes(false)) return undefined
  const facts = await digests.of(sources)
  if (files.some((file, i) => facts[i]?.digest !== file.digest)) return undefined
  return {
    ...{ name, digest, type, made: 'before', changed: [] },
    files: files.map((file, i) => ({ ...file, source: sources[i] ?? '' })),
  }
}

async function imagesOf(builds: readonly Build[], { state, engine }: Restoring): Promise<Built['images']> {
  const wanted = builds.flatMap((build) => {
    if (build.kind !== 'image') return []
    const kept = state.images.find(({ ref }) => ref === build.ref)
    if (kept) return [kept]
    throw notKept(`image ${build.ref}`, 'it was not there then')
  })
  if (wanted.length === 0) return new Map()
  const here = await imagesHere(await engine(), wanted)
  return new Map(
    wanted.map((image) => {
      const found = here.get(image.id)
      if (!found)
        throw notKept(`image ${image.ref}`, `${short(image.id)} is gone from this machine's Docker engine`)
      // Not as it was kept: an older version may have told images apart in another way.
      return [image.ref, { ...image, fingerprint: imageFingerprint(found), made: 'before', changed: [] }]
    }),
  )
}

const notKept = (what: string, why: string): ProvisionError =>
  new ProvisionError('state', `${what} cannot be brought back: ${why}; nothing was changed`, {
    help: `roll back to another run (${ownCommand('history')})`,
  })
