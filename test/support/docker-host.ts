import type Dockerode from 'dockerode'
import { expect } from 'vitest'
import type { Action, ContainerBody, Readiness } from '../../src/core/action.ts'
import type { ProvisionError } from '../../src/core/error.ts'
import { label } from '../../src/core/label.ts'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import { dockerOf, type DockerPort } from '../../src/transport/docker/index.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { startSshd, type Sshd } from './sshd.ts'
import { importTiny } from './tiny-image.ts'

/** This machine's Docker engine as a host has it: behind an sshd of the test's own. */
export interface DockerHost {
  readonly sshd: Sshd
  readonly connection: Connection
  readonly port: DockerPort
  readonly labels: Readonly<Record<string, string>>
  /** What a container is made of; its image has `perl` and `sh`. */
  body(command: readonly string[], host?: Partial<ContainerBody['HostConfig']>): ContainerBody
  /** Does actions one after the other, each of which has to succeed. */
  done(...actions: readonly Action[]): Promise<void>
  /** The error of an action that has to fail. */
  failure(action: Action): Promise<ProvisionError>
  /** Ends all, and removes whatever carries the labels. */
  stop(): Promise<void>
}

export const never = new AbortController().signal

/** Starts one. Everything that is made there should be named after the environment. */
export async function startDockerHost(environment: string): Promise<DockerHost> {
  const engine = await localEngine()
  const image = `${environment}-tiny:1`
  await removeLabelled(engine, environment)
  await importTiny(engine, image)
  const sshd = await startSshd()
  const connection = await connect(sshd.target, never)
  const port = dockerOf(connection)
  const labels = {
    [label.playbook]: environment,
    [label.environment]: environment,
    [label.resource]: 'box/container/x',
  }
  return {
    sshd,
    connection,
    port,
    labels,
    body: (Cmd, host = {}) => ({
      Image: image,
      Cmd,
      Env: [],
      Labels: labels,
      ExposedPorts: {},
      HostConfig: { PortBindings: {}, Binds: [], RestartPolicy: { Name: 'no' }, ...host },
    }),
    async done(...actions) {
      for (const action of actions) expect(await port.perform([action], never)).toEqual([{ ok: true }])
    },
    async failure(action) {
      const [outcome] = await port.perform([action], never)
      if (outcome?.ok !== false) throw new Error(`${action.do} did not fail`)
      return outcome.error
    },
    async stop() {
      await port.close()
      await connection.close()
      await sshd.stop()
      await removeLabelled(engine, environment)
      await engine.getImage(image).remove()
    },
  }
}

async function removeLabelled(engine: Dockerode, environment: string): Promise<void> {
  const filters = { label: [`${label.environment}=${environment}`] }
  for (const { Id } of await engine.listContainers({ all: true, filters }))
    await engine.getContainer(Id).remove({ force: true })
  for (const { Id } of await engine.listNetworks({ filters })) await engine.getNetwork(Id).remove()
  for (const { Name } of (await engine.listVolumes({ filters })).Volumes)
    await engine.getVolume(Name).remove()
}

/** A command that runs until it is told to end. */
export const waiting: readonly string[] = ['perl', '-e', '$SIG{TERM} = sub { exit }; sleep 1000']

export const made = (name: string, body: ContainerBody): readonly Action[] => [
  { do: 'create-container', name, body },
  { do: 'start-container', name },
]

export const awaiting = (name: string, check: Readiness, timeout = 20_000): Action => ({
  do: 'await-container',
  name,
  check,
  timeout,
})
