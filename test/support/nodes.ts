import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import { bakeBox } from '../../src/boxes/bake.ts'
import { findBox, type StoredBox } from '../../src/boxes/find.ts'
import { removeBox } from '../../src/boxes/usage.ts'
import type { BuiltImage, Image } from '../../src/core/build/index.ts'
import { digestOf } from '../../src/core/digest.ts'
import type { Event } from '../../src/core/event.ts'
import type { SshTarget } from '../../src/core/host.ts'
import type { ProvidedHost, Provider, ProviderWatcher } from '../../src/core/provider.ts'
import { createDockerProvider, type DockerProviderOptions } from '../../src/providers/docker/index.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { engine, prefix, workplace } from './builds.ts'
import { fill } from './folder.ts'

export const signal = new AbortController().signal
export const quiet: ProviderWatcher = { host: () => undefined }

const system: Image = {
  kind: 'image',
  ref: 'provision/system/coreos:latest',
  build: {
    context: fileURLToPath(new URL('../../boxes/coreos', import.meta.url)),
    dockerfile: 'Dockerfile',
    args: {},
    target: undefined,
    needs: [],
  },
}

/** Has images built from these files, and gives what came of them. */
export async function built(
  files: Readonly<Record<string, string>>,
  ...images: readonly Image[]
): Promise<readonly BuiltImage[]> {
  const root = mkdtempSync(join(tmpdir(), 'ptest-'))
  try {
    fill(root, files)
    const results = await workplace(root).build(...images)
    return images.map(({ ref }) => theOne(results.images.get(ref)))
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Something that a test needs to be there. */
export function theOne<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('it is not there')
  return thing
}

/** The image of the system of the box `coreos`. It stays: others need it as well. */
export async function builtSystem(): Promise<BuiltImage> {
  return theOne((await built({}, system))[0])
}

/** A name for boxes of this test file. */
export const boxName = prefix

/** Bakes a box of these images; `seed` makes its digest. */
export function bake(
  seed: string,
  images: readonly BuiltImage[],
  over: Partial<Parameters<typeof bakeBox>[0]> = {},
): Promise<StoredBox> & { readonly events: readonly Event[] } {
  const events: Event[] = []
  const baking = bakeBox({
    box: { name: boxName, user: 'core' },
    digest: digestOf(seed),
    images,
    buildSystem: builtSystem,
    engine,
    signal,
    emit: (event) => events.push(event),
    ...over,
  })
  return Object.assign(baking, { events })
}

export async function removeBaked(...seeds: readonly string[]): Promise<void> {
  for (const seed of seeds) {
    const box = await findBox(engine, boxName, digestOf(seed), signal)
    if (box) await removeBox(engine, box, signal)
  }
}

/** A place for an environment, with a provider of its nodes. */
export interface Place {
  readonly provider: Provider
  readonly projectDir: string
  readonly stateDir: string
  /** The same environment, as another run sees it. */
  readonly again: (over?: Partial<DockerProviderOptions>) => Provider
  /** Removes all that is left. */
  clear(): Promise<void>
}

export function place(hosts: readonly string[], over: Partial<DockerProviderOptions> = {}): Place {
  const projectDir = mkdtempSync(join(tmpdir(), 'ptest-'))
  const stateDir = join(projectDir, '.provision', 'ptest')
  const again = (more: Partial<DockerProviderOptions> = {}): Provider =>
    createDockerProvider({
      environment: 'ptest',
      projectDir,
      stateDir,
      hosts,
      ports: () => [],
      engine: () => Promise.resolve(engine),
      ...over,
      ...more,
    })
  return {
    provider: again(),
    projectDir,
    stateDir,
    again,
    async clear() {
      await again().destroy(signal, quiet)
      rmSync(projectDir, { recursive: true, force: true })
    },
  }
}

/** Runs a command on a host, logged in with strict host keys. */
export async function onHost(target: SshTarget, ...argv: string[]): Promise<string> {
  const connection = await connect(target, signal)
  try {
    const { code, stdout, stderr } = await connection.exec(argv, { as: 'user', signal })
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${code}: ${stderr}`)
    return stdout.toString().trim()
  } finally {
    await connection.close()
  }
}

/** Makes places, and clears them after each test. */
export function places(): (...args: Parameters<typeof place>) => Place {
  let made: Place[] = []
  afterEach(async () => {
    for (const one of made) await one.clear()
    made = []
  })
  return (...args) => {
    const one = place(...args)
    made.push(one)
    return one
  }
}

export const containerOf = ({ ssh }: ProvidedHost) => engine.getContainer(ssh.hostKeyAlias ?? '')

export async function theOnly(made: Promise<readonly ProvidedHost[]>): Promise<ProvidedHost> {
  return theOne((await made)[0])
}

/** Names of containers, volumes and networks that hold a text. */
export async function objectsNamed(part: string): Promise<readonly string[]> {
  const [containers, { Volumes }, networks] = await Promise.all([
    engine.listContainers({ all: true }),
    engine.listVolumes(),
    engine.listNetworks(),
  ])
  const names = [
    ...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
    ...Volumes.map(({ Name }) => Name),
    ...networks.map(({ Name }) => Name),
  ]
  return names.filter((name) => name.includes(part)).sort()
}
