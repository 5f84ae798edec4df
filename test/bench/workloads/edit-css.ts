import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { floor, time, took } from '../contenders.ts'
import { playbookIn } from '../project.ts'
import { serves, until } from '../waiting.ts'
import type { Measure, Workload } from '../workload.ts'

/** No name or value is part of it: they come as arguments. */
const copyByHand =
  'tar -cf - -C "$1" css/style.css | ssh -F "$2" -o ControlMaster=no -o ControlPath=none web tar -xf - -C /tmp'

/** That, as the floor of whatever puts a single file there. */
export async function copyStyles(bench: Bench): Promise<Measure> {
  const config = join(bench.dir, 'floor-ssh-config')
  await writeFile(config, (await bench.provision('ssh-config')).stdout)
  const www = join(playbookIn(bench.dir), 'www')
  return () => took(bench.program('sh', '-c', copyByHand, 'sh', www, config))
}

export const editCss: Workload = {
  name: 'edit-css',
  title: 'style sheet edited, until it is served',
  figures: time(),
  against: [floor('`tar | ssh` of that one file, by the plain SSH client')],
  async open(bench) {
    await bench.system()
    const url = `${await bench.urlOf('nginx')}/css/style.css`
    const www = join(playbookIn(bench.dir), 'www')
    let edits = 0
    return {
      floor: await copyStyles(bench),
      ours: async () => {
        const mark = `/* edited ${++edits}. */`
        await appendFile(join(www, 'css/style.css'), `${mark}\n`)
        const started = performance.now()
        const refreshing = bench.provision('refresh', '--plain')
        const served = until(url, () => serves(url, mark), bench).then(() => performance.now() - started)
        const [ms] = await Promise.all([served, refreshing])
        return { time: ms }
      },
    }
  },
}
