import { join } from 'node:path'
import { listBoxes, type StoredBox } from '../../../src/boxes/find.ts'
import { createDockerProvider } from '../../../src/providers/docker/index.ts'
import { localEngine } from '../../../src/transport/docker/engine.ts'
import type { Bench } from '../bench.ts'
import { benchLabel } from '../clear.ts'
import { floor, time } from '../contenders.ts'
import type { Workload } from '../workload.ts'

const quiet = { host: () => undefined }

/** An environment of a single node, made by the provider alone. */
async function lonelyNode({ id, dir, signal, provision }: Bench) {
  await provision('box', 'bake', '--plain')
  const engine = await localEngine()
  const [box] = await listBoxes(engine, signal, id)
  if (!box) throw new Error('the box is baked and not there')
  const environment = `${id}-node`
  const stateDir = join(dir, '.provision', environment)
  const provider = createDockerProvider({
    ...{ environment, stateDir, projectDir: dir, hosts: ['lonely'], ports: () => [] },
    engine: () => Promise.resolve(engine),
  })
  return {
    box,
    filter: `label=provision.environment=${environment}`,
    up: () => provider.up(() => Promise.resolve(box), signal, quiet),
    destroy: () => provider.destroy(signal, quiet),
  }
}

/** What a node would take that had the images of its box for itself. */
const copied = ({ size }: StoredBox): number => size / 1000

export const node: Workload = {
  name: 'node',
  title: 'a node with all images, until Docker answers',
  figures: time(1_500),
  against: [floor('`docker network create`, and `docker run` of the same image with `sleep`')],
  async open(bench) {
    const { id, docker } = bench
    const { up, destroy } = await lonelyNode(bench)
    const label = ['--label', `${benchLabel}=${id}`]
    const network = `${id}-bare`
    return {
      floor: async () => {
        const started = performance.now()
        await docker('network', 'create', ...label, network)
        const image = [`provision/system/${id}`, '600']
        const made = await docker(
          'run',
          '--detach',
          ...label,
          '--network',
          network,
          '--entrypoint',
          'sleep',
          ...image,
        )
        const ms = performance.now() - started
        await docker('rm', '--force', '--volumes', made)
        await docker('network', 'rm', network)
        return { time: ms }
      },
      ours: async () => {
        const started = performance.now()
        await up()
        const ms = performance.now() - started
        await destroy()
        return { time: ms }
      },
    }
  },
}

export const nodeDisk: Workload = {
  name: 'node-disk',
  title: 'disk of a node with all images',
  figures: { disk: { title: 'disk', unit: 'kB', most: 20_000 } },
  against: [floor('the same images, unpacked once more in the node')],
  most: 1,
  async open(bench) {
    const { docker } = bench
    const { box, filter, up, destroy } = await lonelyNode(bench)
    return {
      floor: () => Promise.resolve({ disk: copied(box) }),
      ours: async () => {
        await up()
        const container = await docker('ps', '--quiet', '--filter', filter)
        const volume = await docker('exec', container, 'du', '-skx', '/var/lib/docker')
        const layer = await docker('inspect', '--size', '--format', '{{.SizeRw}}', container)
        await destroy()
        return { disk: Number.parseInt(volume, 10) * 1.024 + Number(layer) / 1000 }
      },
    }
  },
}
