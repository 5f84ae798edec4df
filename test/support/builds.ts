import { join } from 'node:path'
import type { Artifact, Build, Image, ImageBuild } from '../../src/core/build/index.ts'
import type { Event } from '../../src/core/event.ts'
import { buildAll, type BuildContext } from '../../src/engine/build/index.ts'
import { found, unless } from '../../src/transport/docker/error.ts'
import { localEngine } from '../../src/transport/docker/engine.ts'

/** The engine of this machine. */
export const engine = await localEngine()
/** What the images of tests are built on. */
export const base = 'debian:bookworm-slim'
/** Of all names that a test file gives. */
export const prefix = `btest-${process.pid}`

const made = new Set<string>()

/** To be called after all tests. */
export async function removeImages(): Promise<void> {
  for (const ref of made) await unless([404, 409], engine.getImage(ref).remove())
}

/** Has an image removed after all tests. */
export const toRemove = (ref: string): void => void made.add(ref)

/** A declared image of this test's own. */
export function image(name: string, build: Partial<ImageBuild> = {}): Image {
  const ref = `${prefix}-${name}:latest`
  toRemove(ref)
  return {
    kind: 'image',
    ref,
    build: { context: name, dockerfile: 'Dockerfile', args: {}, target: undefined, needs: [], ...build },
  }
}

/** An artifact that copies a file and says so. */
export const artifact = (over: Partial<Artifact>): Artifact => ({
  kind: 'artifact',
  name: `${prefix}.txt`,
  run: ['sh', '-c', 'cat in > out; echo said'],
  cwd: '.',
  inputs: ['in'],
  output: 'out',
  env: {},
  in: undefined,
  needs: [],
  ...over,
})

/** A place to build at, and what was shown there. */
export function workplace(playbookDir: string, over: Partial<BuildContext> = {}) {
  const events: Event[] = []
  const context: BuildContext = {
    playbookDir,
    cacheDir: join(playbookDir, '.provision/cache'),
    engine: () => Promise.resolve(engine),
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
    ...over,
  }
  const tasks = () => events.flatMap((event) => (event.event === 'task-started' ? [event.title] : []))
  const lines = () => events.flatMap((event) => (event.event === 'task-output' ? [event.line] : []))
  return { context, events, tasks, lines, build: (...builds: Build[]) => buildAll(builds, context) }
}

/** Builds, and gives what was shown as begun. */
export async function begun(root: string, ...builds: Build[]): Promise<string[]> {
  const { tasks, build } = workplace(root)
  await build(...builds)
  return tasks()
}

/** What some work fails with. */
export const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Runs a command in an image and gives its output. */
export async function output(ref: string, ...command: string[]): Promise<string> {
  const container = await engine.createContainer({ Image: ref, Entrypoint: command, Tty: true })
  try {
    await container.start()
    await container.wait()
    return (await container.logs({ stdout: true })).toString().trim()
  } finally {
    await container.remove({ force: true })
  }
}

/** Whether the engine has an image. */
export const isThere = async (ref: string): Promise<boolean> =>
  (await found(engine.getImage(ref).inspect())) !== undefined

/** Containers whose command holds a mark. */
export async function containersOf(mark: string): Promise<string[]> {
  const all = await engine.listContainers({ all: true })
  return all.filter(({ Command }) => Command.includes(mark)).map(({ Id }) => Id)
}

/** Containers in which an artifact is built. */
export async function buildersOf(name: string): Promise<string[]> {
  const filters = { label: [`provision.builder=${name}`] }
  return (await engine.listContainers({ all: true, filters })).map(({ Id }) => Id)
}
