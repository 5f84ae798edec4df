import type { Bench } from '../bench.ts'
import { floor, peer, time, took } from '../contenders.ts'
import type { Workload } from '../workload.ts'

const node = floor('the start of Node.js: `node -e 0`')
const bare = (bench: Bench) => () => took(bench.program(process.execPath, '-e', '0'))

export const help: Workload = {
  name: 'help',
  title: 'provision --help',
  figures: time(150),
  against: [node, peer('vagrant', '`vagrant --help`')],
  open: (bench) =>
    Promise.resolve({
      floor: bare(bench),
      vagrant: () => took(bench.program('vagrant', '--help')),
      ours: () => took(bench.provision('--help')),
    }),
}

export const status: Workload = {
  name: 'status',
  title: 'provision status',
  figures: time(500),
  against: [node],
  async open(bench) {
    await bench.system()
    return { floor: bare(bench), ours: () => took(bench.provision('status', '--plain')) }
  },
}
