import { createGunzip } from 'node:zlib'
import type Dockerode from 'dockerode'
import { showBytes } from '../core/text/bytes.ts'
import { ProvisionError } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import { label, labelVersion } from '../core/label.ts'
import { ownerProblem } from '../core/rules/index.ts'
import { tracked } from '../core/track.ts'
import { dockerError, unless } from '../transport/docker/error.ts'
import { damaged, type Manifest } from './archive-format.ts'
import { splitRef } from '../transport/images/layers.ts'
import { piecesIn, verifyArchive } from './archive-read.ts'
import { engineFacts } from './engine-facts.ts'
import { findBox, type StoredBox } from './find.ts'
import { boxLabel } from './labels.ts'
import { loadSystem } from './load-system.ts'
import { checkBoxName, newStoreName, ownBaker, transferRef } from './names.ts'
import { removeVolume } from './node.ts'
import { publish } from './publish.ts'
import { requireSpace } from './space.ts'
import { through } from './through.ts'
import { writeStore } from './store-tar.ts'

export interface ImportOptions {
  readonly file: string
  readonly engine: Dockerode
  readonly signal: AbortSignal
  readonly emit: Emit
}

/**
 * Makes a box from a file that `exportBox` wrote. The whole file is verified before anything is made of it, and nothing
 * is left when that fails.
 * @throws ProvisionError `box` for a file that is damaged, for another architecture, or no box at all
 */
export async function importBox(options: ImportOptions): Promise<StoredBox> {
  const { file, engine, signal, emit } = options
  const show = (id: string) => (done: number, total: number) =>
    emit({ event: 'task-progress', task: id, done, total, unit: 'bytes' })
  const verify = { id: 'box/verify', phase: 'box', title: `verify ${file}` } as const
  const manifest = await tracked(emit, verify, () => verifyArchive(file, signal, show(verify.id)))
  const make = { id: 'box/import', phase: 'box', title: `import box ${manifest.name}` } as const
  return tracked(emit, make, async () => {
    try {
      checkBoxName(manifest.name)
      await refuseUnfit(options, manifest)
      const there = await findBox(engine, manifest.name, manifest.digest, signal)
      return there ?? (await makeBox(options, manifest, show(make.id)))
    } catch (error) {
      throw dockerError(`box ${manifest.name}`, error, signal, { code: 'box' })
    }
  })
}

async function refuseUnfit({ engine, file }: ImportOptions, manifest: Manifest): Promise<void> {
  const { architecture, root } = await engineFacts(engine)
  await requireSpace(root, manifest.size * 2, `box ${manifest.name} cannot be imported`)
  if (!/^[0-9a-f]{12,64}$/.test(manifest.digest)) throw damaged(file, 'its digest is none')
  const wrong = ownerProblem('its user', manifest.user)
  if (wrong !== undefined) throw damaged(file, wrong)
  if (manifest.architecture === architecture) return
  throw new ProvisionError(
    'box',
    `box ${manifest.name} is for ${manifest.architecture}, and the engine of this machine runs on ${architecture}`,
    { help: 'bake it here: provision box bake' },
  )
}

async function makeBox(
  options: ImportOptions,
  manifest: Manifest,
  progress: (done: number, total: number) => void,
): Promise<StoredBox> {
  const { file, engine, signal } = options
  const { name, digest, user, images, size } = manifest
  const total = manifest.pieces.reduce((sum, piece) => sum + piece.size, 0)
  let read = 0
  const count = (bytes: number): void => progress((read += bytes), total)
  const transfer = transferRef(name, digest)
  const store = newStoreName(name, digest)
  let done = false
  try {
    // First of all: by its label a killed import is known.
    await engine.createVolume({
      Name: store,
      Labels: {
        [label.version]: labelVersion,
        [label.box]: digest,
        [boxLabel.name]: name,
        [boxLabel.baker]: ownBaker(),
      },
    })
    const system = through(piecesIn(file, manifest, 'system', count), createGunzip())
    const image = await loadSystem(options, bounded(options, manifest, system))
    await engine.getImage(image).tag(splitRef(transfer))
    const content = through(piecesIn(file, manifest, 'store', count), createGunzip())
    await writeStore({ engine, image, store, signal }, bounded(options, manifest, content))
    const box = await publish(engine, image, { name, digest, user, images, size, store })
    done = true
    return box
  } finally {
    await unless([404, 409], engine.getImage(transfer).remove()).catch(() => undefined)
    if (!done) await removeVolume(engine, store).catch(() => undefined)
  }
}

/** A few bytes can unpack to many: no more passes than fits what the manifest says, for which there is room. */
async function* bounded(
  { file }: ImportOptions,
  { size }: Manifest,
  content: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const most = size * 2 + 512 * 1024 ** 2
  let length = 0
  for await (const chunk of content) {
    length += chunk.length
    if (length > most) throw damaged(file, `it unpacks to more than ${showBytes(most)}`)
    yield chunk
  }
}
