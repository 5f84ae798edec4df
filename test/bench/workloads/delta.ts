import { fatJar } from '../fat-jar.ts'
import { peer } from '../contenders.ts'
import { host, wireSite } from '../wire-site.ts'
import type { Workload } from '../workload.ts'

const rate = 2_000_000
const target = '/var/site/app.jar'

const playbook = `
import { definePlaybook, file } from 'provision'
import box from '../../boxes/coreos/box.ts'

export default definePlaybook({
  name: 'delta',
  box,
  hosts: ['${host}'],
  resources: ({ hosts }) => [file(hosts.${host}, '${target}', { from: './app.jar', mode: 0o644 })],
})
`

export const delta: Workload = {
  name: 'delta',
  title: 'a fat JAR of 50 MB in which one class changed, over a link of 2 MB/s',
  figures: { sent: { title: 'bytes over the wire', unit: 'kB' }, time: { title: 'time', unit: 'ms' } },
  against: [
    peer('rsync', '`rsync -z` over ssh', { goals: { sent: { within: 1.2 } } }),
    {
      name: 'rsync-plain',
      title: 'rsync, not packed',
      how: '`rsync` over ssh, as it is without options',
      needs: 'rsync',
      goals: { sent: { within: 1.2 } },
    },
  ],
  most: 3,
  async open(bench) {
    const jar = fatJar(50_000_000, 4_000)
    const site = await wireSite(
      bench,
      'delta',
      {
        'playbooks/delta/playbook.ts': playbook,
        'playbooks/delta/app.jar': jar.build(1_500),
        'old.jar': jar.build(),
      },
      rate,
    )
    await bench.program('scp', '-q', '-F', site.sshConfig, `${site.dir}/old.jar`, `${host}:/tmp/old.jar`)
    const source = `${site.dir}/playbooks/delta/app.jar`
    const { stdout } = await bench.program('sha256sum', source)
    const wanted = stdout.split(' ')[0] ?? ''
    const afresh = (work: () => Promise<unknown>) => async () => {
      await site.on(host, 'cp', '/tmp/old.jar', target)
      const figures = await site.over(work)
      const found = await site.on(host, 'sha256sum', target)
      if (!found.startsWith(wanted)) throw new Error('another file arrived')
      return figures
    }
    const rsync = (...options: readonly string[]) =>
      bench.program(
        ...[
          'rsync',
          ...options,
          '--ignore-times',
          '--rsync-path=sudo rsync',
          '-e',
          `ssh -F ${site.sshConfig}`,
        ],
        ...[source, `${host}:${target}`],
      )
    return {
      ours: afresh(site.refresh),
      rsync: afresh(() => rsync('-z')),
      'rsync-plain': afresh(() => rsync()),
    }
  },
}
