import type Dockerode from 'dockerode'
import { label } from '../core/label.ts'
import { containerName } from '../transport/docker/state.ts'
import { dockerError, unless } from '../transport/docker/error.ts'
import { removeLeftovers } from './claim.ts'
import { listBoxes, type StoredBox } from './find.ts'
import { removeVolume } from './node.ts'

/** A box and who uses it. */
export interface UsedBox extends StoredBox {
  /** Names of the containers of its nodes, running or not. */
  readonly nodes: readonly string[]
}

/** All boxes with the nodes made from them, the newest first. */
export async function usedBoxes(
  engine: Dockerode,
  signal: AbortSignal,
  name?: string,
): Promise<readonly UsedBox[]> {
  const boxes = await listBoxes(engine, signal, name)
  try {
    const filters = { label: [label.node] }
    const nodes = await engine.listContainers({ all: true, filters, abortSignal: signal })
    return boxes.map((box) => ({
      ...box,
      nodes: nodes.filter(({ Labels }) => Labels[label.box] === box.digest).map(containerName),
    }))
  } catch (error) {
    throw dockerError('the nodes cannot be listed', error, signal, { code: 'box' })
  }
}

/** The boxes that nobody needs: made from by no node, and not the newest of their name. Given the newest first. */
export function unusedBoxes(boxes: readonly UsedBox[]): readonly UsedBox[] {
  const newest = new Map([...boxes].reverse().map((box) => [box.name, box.digest]))
  return boxes.filter(({ name, digest, nodes }) => nodes.length === 0 && newest.get(name) !== digest)
}

/** What `pruneBoxes` did. */
export interface Pruned {
  readonly boxes: readonly StoredBox[]
  /** What killed bakes and imports had left: `container …`, `volume …`, `image …`. */
  readonly leftovers: readonly string[]
}

/** Removes the boxes that nobody needs, of one name or all, and what killed bakes left. */
export async function pruneBoxes(engine: Dockerode, signal: AbortSignal, name?: string): Promise<Pruned> {
  const boxes = unusedBoxes(await usedBoxes(engine, signal, name))
  for (const box of boxes) await removeBox(engine, box, signal)
  return { boxes, leftovers: await removeLeftovers(engine, signal) }
}

/** Removes a box; first its image, without which nobody takes its store for one. */
export async function removeBox(engine: Dockerode, box: StoredBox, signal: AbortSignal): Promise<void> {
  try {
    await unless([404], engine.getImage(box.ref).remove())
    await removeVolume(engine, box.store)
  } catch (error) {
    throw dockerError(`box ${box.ref}`, error, signal, { code: 'box' })
  }
}
