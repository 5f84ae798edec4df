import type { Box } from '../../core/box.ts'
import type { Build, BuiltImage, Image } from '../../core/build/index.ts'
import { factOf } from '../../core/facts.ts'
import { bakeBox } from '../../boxes/bake.ts'
import { clearLeftovers } from '../../boxes/claim.ts'
import { boxDigest } from '../../boxes/digest.ts'
import { engineFacts } from '../../boxes/engine-facts.ts'
import { findBox, type StoredBox } from '../../boxes/find.ts'
import {
  artifactsIn,
  buildAll,
  imageInputs,
  type BuildContext,
  type BuildResults,
} from '../../engine/build/index.ts'

/** A box with the images that it is to hold. */
export interface BoxContent {
  readonly box: Box
  /** Those of the playbook and the box's own, each once. */
  readonly images: readonly Image[]
  /** All builds among which images of Dockerfiles may be declared. */
  readonly among: readonly Build[]
}

/** The image of the host's own system, as something to build. */
export const systemOf = (box: Box): Image => ({
  kind: 'image',
  ref: `provision/system/${box.name}:latest`,
  build: { context: box.build, dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [] },
})

/** The content address of a box: no engine has to build anything for it. */
async function digestOfBox({ box, images, among }: BoxContent, context: BuildContext): Promise<string> {
  const inputs = (image: Image): Promise<string> => imageInputs(image, context, among)
  const [system, architecture, contents] = await Promise.all([
    inputs(systemOf(box)),
    context.engine().then(async (engine) => (await engineFacts(engine)).architecture),
    Promise.all(images.map(async (image) => [image.ref, await inputs(image)] as const)),
  ])
  return boxDigest({ box, system, images: new Map(contents), architecture })
}

/**
 * The box with this content, baked if there is none yet. `built` is waited for only when it has to be baked, or says what
 * that content is.
 */
export async function ensureBox(
  content: BoxContent,
  built: Promise<Pick<BuildResults, 'images'>>,
  context: BuildContext,
): Promise<StoredBox> {
  const { box, images, among } = content
  const engine = await context.engine()
  const system = systemOf(box)
  const artifacts = await artifactsIn([system, ...images], context, among)
  if (artifacts.length > 0) {
    await built
    // Only the system may copy them, which is not among what was built.
    await buildAll(artifacts, context, among)
  }
  const digest = await digestOfBox(content, context)
  const found = await findBox(engine, box.name, digest, context.signal)
  if (found) {
    await clearLeftovers(engine, context.signal, context.emit)
    return found
  }
  const building = buildAll([system], context, artifacts)
  building.catch(() => undefined)
  const results = await built
  const held = images.map((image): BuiltImage => factOf(results.images, 'image', image.ref))
  return bakeBox({
    box,
    digest,
    images: held,
    buildSystem: async () => factOf((await building).images, 'image', system.ref),
    engine,
    signal: context.signal,
    emit: context.emit,
  })
}
