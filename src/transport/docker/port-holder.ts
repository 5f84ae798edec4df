import type Dockerode from 'dockerode'
import { containerName, containerState } from './state.ts'

/** The running container that holds a port which another one wants; undefined when none does. */
export async function portHolder(
  docker: Dockerode,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly port: string; readonly by: string } | undefined> {
  const [inspection, running] = await Promise.all([
    docker.getContainer(name).inspect({ abortSignal: signal }),
    docker.listContainers({ abortSignal: signal }),
  ])
  const wanted = new Set(containerState(inspection).ports.map(({ host }) => host.split(':').pop()))
  for (const other of running) {
    const held = other.Ports.map(({ PublicPort, Type }) => `${PublicPort}/${Type}`)
    const port = held.find((one) => wanted.has(one))
    if (port !== undefined && other.Id !== inspection.Id) return { port, by: containerName(other) }
  }
  return undefined
}
