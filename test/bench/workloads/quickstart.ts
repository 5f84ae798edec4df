import { floor, time } from '../contenders.ts'
import { listAt } from '../json.ts'
import { fiveContainers } from '../floors/five-containers.ts'
import { serves } from '../waiting.ts'
import type { Workload } from '../workload.ts'

export const quickstart: Workload = {
  name: 'quickstart',
  title: 'quickstart, box baked',
  figures: time(10_000),
  against: [
    floor('`docker run` of one node image, then of the five containers side by side, until they answer'),
  ],
  most: 3,
  async open(bench) {
    await bench.system()
    const byHand = await fiveContainers(bench)
    return {
      floor: async () => ({ time: await byHand() }),
      ours: async () => {
        await bench.provision('destroy', '--yes', '--plain')
        const { ms } = await bench.provision('quickstart', '--plain')
        const [page, users] = await Promise.all([bench.urlOf('nginx'), bench.urlOf('user')])
        const { length } = listAt(await (await fetch(`${users}/users`)).json(), 'users')
        if (length === 0 || !(await serves(page)))
          throw new Error('quickstart ended, but the application is not there')
        return { time: ms }
      },
    }
  },
}
