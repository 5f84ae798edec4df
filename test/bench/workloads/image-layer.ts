import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { benchLabel } from '../clear.ts'
import { floor } from '../contenders.ts'
import { host, wireSite } from '../wire-site.ts'
import type { Workload } from '../workload.ts'

const rate = 2_000_000
/** Bytes of the layer that changes; nothing packs them. */
const layer = 1_000_000

const playbook = (id: string): string => `
import { definePlaybook, image, preload } from 'provision'
import box from '../../boxes/coreos/box.ts'

export default definePlaybook({
  name: 'image-layer',
  box,
  hosts: ['${host}'],
  resources: ({ hosts }) => [preload(hosts.${host}, image('${id}/app', { build: './app' }))],
})
`

export const imageLayer: Workload = {
  name: 'image-layer',
  title: 'an image of which one layer of 1 MB changed, over a link of 2 MB/s',
  figures: {
    sent: { title: 'bytes over the wire', unit: 'kB' },
    time: { title: 'time, building included', unit: 'ms' },
  },
  against: [
    floor('the layer alone: `cat | ssh cat`', { goals: { sent: { within: 1.1 } } }),
    {
      name: 'docker-save',
      title: 'docker save',
      how: '`docker build`, then `docker save | gzip | ssh docker load`',
      goals: { sent: { times: 20 } },
      most: 1,
    },
  ],
  most: 3,
  async open(bench) {
    // By this the site takes away what carries its label.
    const id = `${bench.id}-image-layer`
    const app = 'playbooks/image-layer/app'
    const site = await wireSite(
      bench,
      'image-layer',
      {
        'playbooks/image-layer/playbook.ts': playbook(id),
        [`${app}/Dockerfile`]: `FROM debian:bookworm-slim\nLABEL ${benchLabel}=${id}\nCOPY lower /lower\nCOPY upper /upper\n`,
        [`${app}/lower`]: randomBytes(5_000_000),
        [`${app}/upper`]: randomBytes(layer),
      },
      rate,
    )
    const change = () => writeFile(`${site.dir}/${app}/upper`, randomBytes(layer))
    const byHand = `
docker build -q -t ${id}/app:latest '${site.dir}/${app}' &&
docker save ${id}/app:latest | gzip | ssh -F '${site.sshConfig}' ${host} docker load`
    const upper = `ssh -F '${site.sshConfig}' ${host} 'cat >/tmp/upper' <'${site.dir}/${app}/upper'`
    const afterChange = (work: () => Promise<unknown>) => async () => {
      await change()
      return site.over(work)
    }
    return {
      ours: afterChange(site.refresh),
      floor: afterChange(() => bench.program('sh', '-c', upper)),
      'docker-save': afterChange(() => bench.program('sh', '-c', byHand)),
    }
  },
}
