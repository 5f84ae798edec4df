import type Dockerode from 'dockerode'
import type { BuiltImage, Image } from '../../core/build/index.ts'
import type { Digest } from '../../core/digest.ts'
import type { ProvisionError } from '../../core/error.ts'
import { label } from '../../core/label.ts'
import { isObject, isTexts } from '../../core/rules/shape.ts'
import { dockerError, dockerStatus } from '../../transport/docker/error.ts'
import { imageFingerprint } from '../../transport/images/fingerprint.ts'
import { byItself } from './by-itself.ts'
import { runImageBuild } from './image-build.ts'
import type { Declared, ImageInputs } from './image-inputs.ts'
import { imageName } from './image-name.ts'
import { inspectImage, labelsOf, listImages, type ListedImage, type LocalImages } from './local-images.ts'
import { changedFiles, readImageRecord, readJson, recordPath, writeJson, type ImageIds } from './records.ts'
import { asTask } from './task.ts'
import type { Workshop } from './workshop.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** What the engine says of an image, kept with the record of its build: a function of its id. */
interface Described {
  readonly fingerprint: Digest
  readonly layers: readonly string[]
}

/** Has an image on the engine of this machine: as it is there already, else built, else pulled. */
export async function provideImage(
  image: Image,
  declared: Declared,
  workshop: Workshop,
): Promise<BuiltImage> {
  const inputs = await workshop.inputsOf(image)
  const listed = await workshop.images(image.ref)
  const path = recordPath(workshop.cacheDir, 'images', imageName(image.ref))
  const before = readImageRecord(path)
  const basesThen = before && before.output === listed?.id ? before.bases : {}
  const basesNow = await idsOf(declared.allBasesOf(image), workshop.images)
  const otherBases = becameOthers(basesThen, basesNow)
  const isCurrent = listed && (!image.build || (listed.inputs === inputs.digest && otherBases.length === 0))
  const { id, made, bases } = isCurrent
    ? { id: listed.id, made: 'before' as const, bases: { ...basesThen, ...basesNow } }
    : await make(image, listed?.id, inputs, declared, workshop)
  const described =
    (before?.output === id ? describedIn(readJson(path)) : undefined) ?? (await describe(id, image, workshop))
  const isKept = before?.output === id && before.inputs === inputs.digest
  if (!isKept || changedFiles(before.bases, bases).length > 0) {
    writeJson(path, { inputs: inputs.digest, files: inputs.files, output: id, bases, described })
  }
  if (!isCurrent && image.build && listed) await removeFormer(image, listed, id, workshop)
  const changed = isCurrent || !before ? [] : [...changedFiles(before.files, inputs.files), ...otherBases]
  return { ref: image.ref, id, ...described, made, changed }
}

/** The ids of images that are there. */
async function idsOf(names: readonly string[], listed: LocalImages): Promise<ImageIds> {
  const images = await Promise.all(names.map(listed))
  return Object.fromEntries(
    images.flatMap((image, i): [string, string][] => (image ? [[names[i] ?? '', image.id]] : [])),
  )
}

/** The names that stood for other images then. One that is unknown then or now tells nothing. */
const becameOthers = (then: ImageIds, now: ImageIds): readonly string[] =>
  changedFiles(then, now).filter((name) => name in then && name in now)

/** What a run has of an image that it was to make: another one may have made it meanwhile. */
interface HasMade extends Pick<BuiltImage, 'id' | 'made'> {
  /** What it is built on. */
  readonly bases: ImageIds
}

/** @param former the id of the image of this name that is not what it should be */
async function make(
  image: Image,
  former: string | undefined,
  { context, digest }: ImageInputs,
  declared: Declared,
  workshop: Workshop,
): Promise<HasMade> {
  const { build, ref } = image
  const { emit, inTurn, limit, signal } = workshop
  if (!build || !context) {
    await workshop.base(ref)
    return { id: (await inspected(ref, image, workshop)).Id, made: 'now', bases: {} }
  }
  const settled = await Promise.allSettled([
    ...declared.needsOf(image).map(workshop.image),
    ...declared.basesOf(image).map(workshop.base),
  ])
  for (const result of settled) if (result.status === 'rejected') throw result.reason
  const what = `image ${ref}`
  const run = () =>
    asTask(emit, what, signal, (task) =>
      byItself(what, what, signal, task, async (): Promise<HasMade> => {
        const names = declared.allBasesOf(image)
        const bases = await idsOf(names, listImages(workshop.engine, names, signal))
        const others = await madeMeanwhile(ref, former, digest, workshop)
        if (others !== undefined) return { id: others, made: 'before', bases }
        return {
          id: await runImageBuild({ ref, build, context, digest }, workshop, task),
          made: 'now',
          bases,
        }
      }),
    )
  // The classic builder makes a step that two builds share twice when they run at once. Its cache finds only one of the
  // two from then on, and with it nothing of what the other image has on top.
  return await inTurn(declared.beginningsOf(image), () => limit(run))
}

/** The id of an image that another run has built of the same inputs since the images were listed. */
async function madeMeanwhile(
  ref: string,
  former: string | undefined,
  digest: Digest,
  { engine, signal }: Workshop,
): Promise<string | undefined> {
  const image = await inspectImage(ref, await engine(), signal)
  return image && image.Id !== former && labelsOf(image.Config)?.[label.inputs] === digest
    ? image.Id
    : undefined
}

async function describe(id: string, image: Image, workshop: Workshop): Promise<Described> {
  const there = await inspected(id, image, workshop)
  return { fingerprint: imageFingerprint(there), layers: there.RootFS.Layers ?? [] }
}

/** What the engine says of an image that has to be there. */
async function inspected(
  name: string,
  image: Image,
  { engine, signal }: Workshop,
): Promise<Dockerode.ImageInspectInfo> {
  try {
    return await (await engine()).getImage(name).inspect()
  } catch (error) {
    throw engineError(image, error, signal)
  }
}

const engineError = ({ ref }: Image, error: unknown, signal: AbortSignal): ProvisionError =>
  dockerError(`image ${ref}`, error, signal, { code: 'engine', help: ownCommand('doctor') })

/**
 * Takes away what a rebuild replaced, so that old images do not pile up. What is in use, or was not built here, stays;
 * not to succeed does no harm.
 */
async function removeFormer(
  image: Image,
  { id, inputs }: ListedImage,
  now: string,
  { engine, signal }: Workshop,
): Promise<void> {
  if (inputs === undefined || id === now) return
  const former = (await engine()).getImage(id)
  try {
    const { RepoTags: tags } = await former.inspect()
    if (tags.length === 0) await former.remove()
  } catch (error) {
    if (dockerStatus(error) === undefined) throw engineError(image, error, signal)
  }
}

function describedIn(value: unknown): Described | undefined {
  // A record of an older version says it elsewhere, and of another kind of fingerprint.
  const said = isObject(value) ? value['described'] : undefined
  if (!isObject(said)) return undefined
  const { fingerprint, layers } = said
  return typeof fingerprint === 'string' && isTexts(layers) ? { fingerprint, layers } : undefined
}
