import type Dockerode from 'dockerode'
import type { BuiltImage } from '../../src/core/build/index.ts'
import { imageFingerprint } from '../../src/transport/images/fingerprint.ts'

/** An image of an engine as a run would have built it, under the name that a playbook has for it. */
export async function imageHere(engine: Dockerode, ref: string, name = ref): Promise<BuiltImage> {
  const inspection = await engine.getImage(ref).inspect()
  const fingerprint = imageFingerprint(inspection)
  const layers = inspection.RootFS.Layers ?? []
  return { ref: name, id: inspection.Id, fingerprint, layers, made: 'before', changed: [] }
}
