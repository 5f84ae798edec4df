import type Dockerode from 'dockerode'
import { ProvisionError } from '../core/error.ts'
import { findBox, type StoredBox } from './find.ts'
import { labelsOfBox, type BoxFacts } from './labels.ts'
import { boxRepository, newPublisherName } from './names.ts'
import { short } from '../core/digest.ts'
import { timeLimit } from '../transport/time-limit.ts'

/**
 * Makes a box known: the image of its system, with labels that say all about the box, gets the box's name. Done last and
 * at once, so a box that has its image is complete.
 */
export async function publish(engine: Dockerode, system: string, facts: BoxFacts): Promise<StoredBox> {
  // A volume's labels cannot change; an image made from another one's container can have some more.
  const container = await engine.createContainer({
    name: newPublisherName(),
    Image: system,
    Labels: labelsOfBox(facts),
  })
  try {
    await container.commit({ repo: boxRepository(facts.name), tag: short(facts.digest), pause: false })
  } finally {
    await container.remove({ v: true })
  }
  const baked = await findBox(engine, facts.name, facts.digest, timeLimit(10_000))
  if (baked) return baked
  throw new ProvisionError('box', `box ${facts.name}: it was made and is not there`, {
    help: 'bake again; if it stays so, look whether another program removes images or volumes',
  })
}
