import type { Bench } from '../bench.ts'
import type { Workload } from '../workload.ts'

const floor = 'the start of Node.js: `node -e 0`'
const bare = (bench: Bench) => async () => (await bench.program(process.execPath, '-e', '0')).ms

export const help: Workload = {
  name: 'help',
  title: 'provision --help',
  goal: 'at once',
  floor,
  unit: 'ms',
  open: (bench) =>
    Promise.resolve({ floor: bare(bench), ours: async () => (await bench.provision('--help')).ms }),
}

export const status: Workload = {
  name: 'status',
  title: 'provision status',
  goal: 'at once',
  floor,
  unit: 'ms',
  async open(bench) {
    await bench.system()
    return { floor: bare(bench), ours: async () => (await bench.provision('status', '--plain')).ms }
  },
}
