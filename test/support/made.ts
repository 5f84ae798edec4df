import type { ContainerBody } from '../../src/core/action.ts'
import type { BuiltImage } from '../../src/core/build/index.ts'
import type { Facts } from '../../src/core/facts.ts'
import type { ContainerState, ImageState } from '../../src/core/probe.ts'
import type { Resource } from '../../src/core/resource.ts'
import { reveal } from '../../src/core/secret/index.ts'
import { bindsOf } from '../../src/transport/docker/state.ts'
import { judge } from './judge.ts'

export const builtImageOf = (ref: string, version: string, changed: readonly string[] = []): BuiltImage => ({
  ref,
  id: `sha256:${version}-here`,
  fingerprint: fingerprintOf(version),
  layers: [],
  made: changed.length > 0 ? 'now' : 'before',
  changed,
})

const fingerprintOf = (version: string) => Buffer.from(version.padEnd(32, '.')).toString('hex')

/** The same image as a host has it; ids differ from engine to engine. */
export const imageOnHost = (version: string, env: readonly string[] = []): ImageState => ({
  id: `sha256:${version}-there`,
  fingerprint: fingerprintOf(version),
  layers: [],
  env,
})

/** What a resource asks Docker to create where there is nothing yet. */
export function bodyOf(resource: Resource, facts: Facts): ContainerBody {
  const actions = judge(resource, {}, facts).remedy?.actions ?? []
  const body = actions.flatMap((action) => (action.do === 'create-container' ? [action.body] : []))[0]
  if (!body) throw new Error('it asks for no container')
  return body
}

/** The networks that it is on then; Docker shows them by their names. */
export const networksOf = (resource: Resource, facts: Facts): readonly string[] =>
  [
    bodyOf(resource, facts).HostConfig.NetworkMode ?? 'bridge',
    ...(judge(resource, {}, facts).remedy?.actions ?? []).flatMap((action) =>
      action.do === 'connect-container' ? [action.network] : [],
    ),
  ].sort()

/** A running container as Docker's inspect shows it after it was created so. */
export function running(
  body: ContainerBody,
  image: ImageState,
  rest: Partial<ContainerState> = {},
): ContainerState {
  const { HostConfig } = body
  const env = body.Env.map(reveal)
  const keys = new Set(env.map((line) => line.split('=')[0]))
  return {
    id: 'c1',
    image: body.Image,
    imageId: image.id,
    labels: { maintainer: 'of the image', ...body.Labels },
    env: [...env, ...image.env.filter((line) => !keys.has(line.split('=')[0]))],
    command: body.Cmd ?? ['of', 'the', 'image'],
    status: 'running',
    running: true,
    health: undefined,
    exitCode: 0,
    createdAt: '2026-01-01T00:00:00Z',
    startedAt: '2026-01-01T00:00:00Z',
    hasEnded: false,
    restartPolicy: HostConfig.RestartPolicy.Name,
    ports: Object.entries(HostConfig.PortBindings).flatMap(([container, bindings]) =>
      bindings.map(({ HostIp, HostPort }) => ({
        container,
        host: `${HostIp === undefined ? '' : `${HostIp}:`}${HostPort}/${container.split('/')[1] ?? ''}`,
      })),
    ),
    binds: bindsOf(HostConfig),
    memory: HostConfig.Memory ?? 0,
    nanoCpus: HostConfig.NanoCpus ?? 0,
    user: body.User ?? 'of-the-image',
    networks: [HostConfig.NetworkMode ?? 'bridge'],
    address: '172.17.0.2',
    ...rest,
  }
}
