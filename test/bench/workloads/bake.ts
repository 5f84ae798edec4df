import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { floor, time, took } from '../contenders.ts'
import { nestedEngine } from '../floors/nested-engine.ts'
import { playbookIn } from '../project.ts'
import type { Figures, Workload } from '../workload.ts'

/** What the box holds: the images that the playbook runs. */
const inside = ['rabbitmq', 'jre', 'nginx'] as const
const refs = (id: string, names: readonly string[]): readonly string[] =>
  names.map((name) => `${id}/${name}:latest`)

/** The images are built, and no node is in the way of the box's removal. */
async function ready({ provision }: Bench): Promise<void> {
  await provision('box', 'bake', '--plain')
  await provision('destroy', '--yes', '--plain')
}

const bake = ({ provision }: Bench): Promise<Figures> => took(provision('box', 'bake', '--plain'))

export const bakeAll: Workload = {
  name: 'bake',
  title: 'box bake, images built',
  figures: time(),
  against: [floor('`docker save | docker load` of the same images into a fresh nested engine')],
  most: 2,
  async open(bench) {
    await ready(bench)
    return {
      floor: async () => {
        const engine = await nestedEngine(bench)
        const ms = await engine.load(...refs(bench.id, inside))
        await engine.remove()
        return { time: ms }
      },
      ours: async () => {
        await removeBoxes(bench)
        return bake(bench)
      },
    }
  },
}

export const bakeChanged: Workload = {
  name: 'bake-changed',
  title: 'box bake after one image changed',
  figures: time(),
  against: [floor('`docker build` of that image, then `docker save | docker load` of it beside the others')],
  most: 2,
  async open(bench) {
    await ready(bench)
    const { id, dir, docker } = bench
    const context = join(playbookIn(dir), 'images/nginx')
    const editImage = () => appendFile(join(context, 'nginx.conf'), '# edited\n')
    return {
      floor: async () => {
        const engine = await nestedEngine(bench)
        await engine.load(...refs(id, inside))
        await editImage()
        const started = performance.now()
        const edited = `${id}/edited:latest`
        await docker('build', '--quiet', '--tag', edited, context)
        await engine.load(edited)
        const ms = performance.now() - started
        await engine.remove()
        return { time: ms }
      },
      ours: async () => {
        await bake(bench)
        await editImage()
        return bake(bench)
      },
    }
  },
}

/** So that the next bake cannot start from one of them. */
async function removeBoxes({ id, docker }: Bench): Promise<void> {
  const lines = (text: string) => text.split('\n').filter((line) => line !== '')
  const boxes = lines(
    await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', `provision/box/${id}`),
  )
  if (boxes.length > 0) await docker('image', 'rm', ...boxes)
  const stores = lines(await docker('volume', 'ls', '--quiet', '--filter', `label=provision.box.name=${id}`))
  if (stores.length > 0) await docker('volume', 'rm', ...stores)
}
