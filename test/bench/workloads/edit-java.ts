import { cp } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { benchLabel } from '../clear.ts'
import { floor, time } from '../contenders.ts'
import { edit, playbookIn } from '../project.ts'
import { serves, until } from '../waiting.ts'
import type { Measure, Workload } from '../workload.ts'

/** A version that no run before had. */
let edits = 0
export const editVersion = async (services: string): Promise<string> => {
  const version = `edited-${++edits}`
  await edit(join(services, 'user/Main.java'), /VERSION = "[^"]*"/, `VERSION = "${version}"`)
  return version
}

export const editJava: Workload = {
  name: 'edit-java',
  title: 'Java line edited, until it answers',
  figures: time(3_000),
  against: [floor('`docker run` of the build command, then `docker run` of the service, until it answers')],
  async open(bench) {
    await bench.system()
    const url = `${await bench.urlOf('user')}/version`
    return {
      floor: await buildAndRun(bench),
      ours: async () => {
        const version = await editVersion(join(playbookIn(bench.dir), 'services'))
        const started = performance.now()
        const refreshing = bench.provision('refresh', '--plain')
        const answered = until(url, () => serves(url, version), bench).then(() => performance.now() - started)
        const [ms] = await Promise.all([answered, refreshing])
        return { time: ms }
      },
    }
  },
}

/** By hand: the JAR built in a container, and a container of it, until it answers. */
export async function buildAndRun({ id, dir, docker, signal }: Bench): Promise<Measure> {
  const services = join(dir, 'floor-services')
  await cp(join(playbookIn(dir), 'services'), services, { recursive: true })
  const { uid, gid } = userInfo()
  const label = `${benchLabel}=${id}`
  const env = ['PORT=7000', 'HOST=floor', 'AMQ_PORT_5672_TCP_ADDR=127.0.0.1', 'AMQ_PORT_5672_TCP_PORT=5672']
  return async () => {
    const version = await editVersion(services)
    const started = performance.now()
    const asUser = ['--user', `${uid}:${gid}`, '--volume', `${services}:/services`]
    await docker('run', '--rm', '--label', label, ...asUser, `${id}/jdk`, './build.sh', 'user')
    const container = await docker(
      ...['run', '--detach', '--label', label, ...env.flatMap((one) => ['--env', one])],
      ...['--volume', `${services}/build/user.jar:/app/app.jar:ro`],
      ...[`${id}/jre`, 'java', '-Xmx64m', '-jar', '/app/app.jar'],
    )
    try {
      const address = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', container)
      const url = `http://${address}:7000/version`
      await until(url, () => serves(url, version), { signal })
      return { time: performance.now() - started }
    } finally {
      await docker('rm', '--force', '--volumes', container)
    }
  }
}
