import type Dockerode from 'dockerode'
import type { Action, ContainerBody, NetworkBody, VolumeBody } from '../../core/action.ts'
import { ProvisionError, type Thing } from '../../core/error.ts'
import { label } from '../../core/label.ts'
import { ownName } from '../../core/making.ts'
import { reveal } from '../../core/secret/index.ts'
import { dockerError, dockerStatus, found, unless } from './error.ts'
import { inspectNetwork } from './inspect.ts'
import { portHolder } from './port-holder.ts'
import { removeContainer } from './remove-container.ts'

/** The actions that one or two calls to Docker do. */
export type DockerAction = Exclude<
  Extract<Action, { readonly do: `${string}-${'container' | 'network' | 'volume'}` }>,
  { readonly do: 'await-container' }
>

const abortable = (signal: AbortSignal) => ({ abortSignal: signal })

/** Does one action; content with what is so already. `host` is for messages. */
export async function act(
  host: string,
  docker: Dockerode,
  action: DockerAction,
  signal: AbortSignal,
): Promise<void> {
  const [, kind] = action.do.split('-')
  const about = { host, name: `${kind ?? ''} ${ownName(action.name)}` }
  try {
    await call(about, docker, action, signal)
  } catch (error) {
    throw await explain(about, docker, action, error, signal)
  }
}

async function call(
  about: Thing,
  docker: Dockerode,
  action: DockerAction,
  signal: AbortSignal,
): Promise<void> {
  const abort = abortable(signal)
  const container = docker.getContainer(action.name)
  switch (action.do) {
    case 'create-container':
      await docker.createContainer({ ...abort, name: action.name, ...containerBody(action.body) })
      return
    case 'connect-container':
      await docker.getNetwork(action.network).connect({
        ...{ ...abort, Container: action.name },
        EndpointConfig: { Aliases: [...action.aliases] },
      })
      return
    case 'start-container':
      return unless([304], container.start(abort))
    case 'stop-container':
      return unless(
        [304, 404],
        container.stop({ ...abort, ...(action.grace === undefined ? {} : { t: action.grace }) }),
      )
    case 'rename-container':
      return renameContainer(docker, action.name, action.to, signal)
    case 'remove-container':
      return removeContainer(container, abort)
    case 'create-network':
      return createNetwork(about, docker, action.name, action.body, signal)
    case 'remove-network':
      return unless([404], docker.getNetwork(action.name).remove(abort))
    case 'create-volume':
      return createVolume(about, docker, action.name, action.body, signal)
  }
}

/** To put a name back must work whether or not it was taken away before. */
async function renameContainer(
  docker: Dockerode,
  name: string,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  const abort = abortable(signal)
  try {
    await docker.getContainer(name).rename({ ...abort, name: to })
  } catch (error) {
    if (dockerStatus(error) !== 404 || !(await found(docker.getContainer(to).inspect(abort)))) throw error
  }
}

/** Docker takes a second network of one name; asked to check, it says 409. */
async function createNetwork(
  about: Thing,
  docker: Dockerode,
  name: string,
  body: NetworkBody,
  signal: AbortSignal,
): Promise<void> {
  const IPAM = body.IPAM && { Driver: 'default', Config: body.IPAM.Config.map((config) => ({ ...config })) }
  try {
    await docker.createNetwork({
      ...abortable(signal),
      Name: name,
      CheckDuplicate: true,
      Driver: body.Driver,
      Internal: body.Internal,
      Labels: { ...body.Labels },
      IPAM,
    })
  } catch (error) {
    if (dockerStatus(error) !== 409) throw error
    const there = await inspectNetwork(docker, name, signal)
    if (!isOurs(there.Labels, body.Labels)) throw taken(about)
  }
}

/** Creating a volume that is there answers as if it were new, with the labels that it has. */
async function createVolume(
  about: Thing,
  docker: Dockerode,
  name: string,
  body: VolumeBody,
  signal: AbortSignal,
): Promise<void> {
  await docker.createVolume({
    ...abortable(signal),
    Name: name,
    Driver: body.Driver,
    Labels: { ...body.Labels },
  })
  const there = await docker.getVolume(name).inspect(abortable(signal))
  if (!isOurs(there.Labels, body.Labels)) throw taken(about)
}

type Labels = Readonly<Record<string, string>> | null | undefined

const isOurs = (there: Labels, wanted: Labels): boolean =>
  [label.environment, label.resource].every((key) => there?.[key] === wanted?.[key])

const taken = (about: Thing) =>
  new ProvisionError('conflict', 'there is one already that was not made for this resource', {
    about,
    help: 'remove it, or choose another name in the playbook',
  })

/** The body with its secrets revealed: from here on it only goes to Docker. */
function containerBody(body: ContainerBody): Dockerode.ContainerCreateOptions {
  const { Cmd, Entrypoint, Env, HostConfig, NetworkingConfig, Labels, ExposedPorts, ...rest } = body
  const { Binds, Mounts, Ulimits, ExtraHosts, Devices, ...hostConfig } = HostConfig
  const endpoints = Object.entries(NetworkingConfig?.EndpointsConfig ?? {})
  return {
    ...rest,
    Cmd: Cmd && [...Cmd],
    Entrypoint: Entrypoint && [...Entrypoint],
    Env: Env.map(reveal),
    Labels: { ...Labels },
    ExposedPorts: { ...ExposedPorts },
    HostConfig: {
      ...hostConfig,
      Binds: [...Binds],
      Mounts: Mounts?.map((mount) => ({ ...mount })),
      Ulimits: Ulimits && [...Ulimits],
      ExtraHosts: ExtraHosts && [...ExtraHosts],
      Devices: Devices && [...Devices],
    },
    NetworkingConfig: NetworkingConfig && {
      EndpointsConfig: Object.fromEntries(
        endpoints.map(([name, { Aliases }]) => [name, { Aliases: [...Aliases] }]),
      ),
    },
  }
}

/** Says what to do next, by what Docker answered and by what there is. */
async function explain(
  about: Thing,
  docker: Dockerode,
  action: DockerAction,
  error: unknown,
  signal: AbortSignal,
): Promise<ProvisionError> {
  const status = dockerStatus(error)
  const failed = (help: string) => dockerError(about, error, signal, { help })
  if (action.do === 'start-container' && status === 500) {
    const holder = await portHolder(docker, action.name, signal).catch(() => undefined)
    if (holder) {
      return new ProvisionError('conflict', `port ${holder.port} is taken by container ${holder.by}`, {
        about,
        help: `stop or remove container ${holder.by}, or publish another port`,
        cause: error,
      })
    }
    return failed('see what Docker says above; a port may be used by a program of the host: ss -ltnp')
  }
  if ((action.do === 'create-container' || action.do === 'connect-container') && status === 404)
    return failed('the image or network is not on this host')
  if (action.do === 'start-container' && status === 400)
    return failed('correct its command, its image or what it mounts')
  if (status === 409) {
    return dockerError(about, error, signal, {
      code: 'conflict',
      help: 'remove or rename what has the name, or choose another name in the playbook',
    })
  }
  if (status === 500)
    return failed(`see what Docker says above; is there space left on ${about.host}? docker system df`)
  return dockerError(about, error, signal)
}
