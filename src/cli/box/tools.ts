import { dirname } from 'node:path'
import { stat } from 'node:fs/promises'
import { exportBox } from '../../boxes/export.ts'
import { listBoxes, type StoredBox } from '../../boxes/find.ts'
import { importBox } from '../../boxes/import.ts'
import { pruneBoxes, usedBoxes } from '../../boxes/usage.ts'
import { ProvisionError } from '../../core/error.ts'
import { graphOf } from '../../core/graph/index.ts'
import { inPhase } from '../../core/track.ts'
import { buildAll } from '../../engine/build/index.ts'
import { localEngine } from '../../transport/docker/engine.ts'
import { ensureBox, type BoxContent } from './ensure.ts'
import { imagesOf } from '../playbook/of-graph.ts'
import { paramEnvironment } from '../run/param-env.ts'
import type { BakeTarget, BoxEntry, Work } from '../wiring.ts'

/** Bakes the box of a playbook or a box alone, unless there is one with this content. */
export async function bake(target: BakeTarget, work: Work): Promise<BoxEntry> {
  const content = contentOf(target)
  const context = { ...placeOf(target), ...work, engine: () => localEngine() }
  const building = inPhase(
    work.emit,
    'build',
    () => buildAll(content.images, context, content.among),
    ({ images }) => `${images.size} images`,
  )
  const [, box] = await Promise.all([
    building,
    inPhase(
      work.emit,
      'box',
      () => ensureBox(content, building, context),
      ({ name }) => name,
    ),
  ])
  return inUse(box, work)
}

function contentOf(target: BakeTarget): BoxContent {
  if (target.from === 'box') return { box: target.box, images: target.box.images, among: target.box.images }
  const { playbook, given } = target.workspace
  const graph = graphOf(playbook.declare(given, paramEnvironment(playbook.params)).resources, playbook.hosts)
  return { box: playbook.box, images: imagesOf(graph, playbook.box), among: graph.builds }
}

function placeOf(target: BakeTarget): { playbookDir: string; cacheDir: string } {
  if (target.from === 'box') return { playbookDir: target.projectDir, cacheDir: target.cacheDir }
  const { playbookFile, cacheDir } = target.workspace
  return { playbookDir: dirname(playbookFile), cacheDir }
}

export async function list({ signal }: Work): Promise<readonly BoxEntry[]> {
  const engine = await localEngine()
  return (await usedBoxes(engine, signal)).map((box) => entryOf(box, box.nodes))
}

export async function prune({ signal }: Work): Promise<{ removed: readonly string[]; bytes: number }> {
  const { boxes, leftovers } = await pruneBoxes(await localEngine(), signal)
  const bytes = boxes.reduce((sum, { size, systemSize }) => sum + size + systemSize, 0)
  return { removed: [...boxes.map(({ ref }) => ref), ...leftovers], bytes }
}

/** Writes the box with this digest into a file. */
export async function exportTo(digest: string, file: string, work: Work): Promise<{ bytes: number }> {
  const engine = await localEngine()
  const box = (await listBoxes(engine, work.signal)).find((one) => one.digest === digest)
  if (!box) throw new ProvisionError('box', `there is no baked box ${digest}`, { help: 'provision box list' })
  await exportBox({ box, file, engine, ...work })
  return { bytes: (await stat(file)).size }
}

/** Makes a box from a file that `exportTo` wrote. */
export const importFrom = async (file: string, work: Work): Promise<BoxEntry> =>
  inUse(await importBox({ file, engine: await localEngine(), ...work }), work)

/** A box that was there already may have nodes. */
async function inUse(box: StoredBox, { signal }: Work): Promise<BoxEntry> {
  const same = (await usedBoxes(await localEngine(), signal, box.name)).find(
    ({ digest }) => digest === box.digest,
  )
  return entryOf(box, same?.nodes ?? [])
}

const entryOf = (box: StoredBox, usedBy: readonly string[]): BoxEntry => ({
  name: box.name,
  digest: box.digest,
  images: box.images,
  bakedAt: new Date(box.created).toISOString(),
  size: box.size + box.systemSize,
  usedBy,
})
