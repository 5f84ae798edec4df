import { nodeBody } from '../../../src/boxes/node-body.ts'
import { localEngine } from '../../../src/transport/docker/engine.ts'
import type { Bench } from '../bench.ts'
import { benchLabel } from '../clear.ts'
import { until } from '../waiting.ts'

const saveAndLoad = 'engine=$1; shift; docker save "$@" | docker exec -i "$engine" docker load'

/** An engine in a container, with nothing in it. */
export interface NestedEngine {
  /** `docker save | docker load`, in milliseconds. */
  readonly load: (...refs: readonly string[]) => Promise<number>
  readonly remove: () => Promise<void>
}

export async function nestedEngine({ id, docker, program, signal }: Bench): Promise<NestedEngine> {
  const engine = await localEngine()
  const name = `${id}-nested`
  const labels = { [benchLabel]: id }
  const remove = async () => {
    await docker('rm', '--force', '--volumes', name)
    await docker('volume', 'rm', '--force', name)
  }
  await engine.createVolume({ Name: name, Labels: labels })
  const body = nodeBody({
    ...{
      image: `provision/system/${id}`,
      hostname: 'nested',
      labels,
      volume: name,
      loopback: [],
      restart: 'no',
    },
    ...{ authorizedKey: undefined, store: undefined, network: undefined },
  })
  const container = await engine.createContainer({ ...body, name })
  await container.start()
  const answers = () => docker('exec', name, 'docker', 'version').then(() => true)
  await until(`the engine in ${name}`, answers, { signal })
  return { load: async (...refs) => (await program('sh', '-c', saveAndLoad, 'sh', name, ...refs)).ms, remove }
}
