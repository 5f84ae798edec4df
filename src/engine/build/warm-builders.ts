import { statSync } from 'node:fs'
import type Dockerode from 'dockerode'
import type { Artifact } from '../../core/build/index.ts'
import { localPath } from '../../core/build/local.ts'
import { isProvisionError } from '../../core/error.ts'
import { dockerStatus, found } from '../../transport/docker/error.ts'
import { ifInTime } from '../../transport/time-limit.ts'
import {
  builderCommand,
  sharedFolder,
  waitingBuilder,
  type Builder,
  type BuilderCommand,
  type WaitingBuilder,
} from './builder.ts'

/** Builders that wait for the next build of artifacts that were built before: starting one takes longer than many a build. */
export interface WarmBuilders {
  /** The one that waits for this very command, if there is one that would do the same as a new one. */
  readonly take: (command: BuilderCommand) => Builder | undefined
  /** Has one wait for each of some artifacts, those that were built last first, and for none else; one such call at a time. */
  readonly prepare: (artifacts: readonly Artifact[], playbookDir: string) => Promise<void>
  /** Takes all of them away. */
  readonly close: () => Promise<void>
}

/** Who edits works on few at a time, and each that waits takes some 10 MB of memory. */
const most = 4

/** An engine answers much sooner, or not at all. Milliseconds. */
const longestClosing = 2_000

interface Kept {
  readonly builder: WaitingBuilder
  /** See `surroundingsOf`. */
  readonly surroundings: string
}

export function warmBuilders(engine: () => Promise<Dockerode>): WarmBuilders {
  const kept = new Map<string, Kept>()
  /** What none can wait for, as in an image without `sh`: what is wrong otherwise is said when it is built. */
  const refused = new Set<string>()
  /** Names of artifacts, the last one that was built first. */
  let lately: readonly string[] = []
  let preparing: Promise<void> | undefined
  let isClosed = false

  const discard = async (key: string, { builder }: Kept): Promise<void> => {
    kept.delete(key)
    await builder.remove()
  }
  const start = async (command: BuilderCommand, docker: Dockerode): Promise<void> => {
    const key = keyOf(command)
    if (kept.has(key) || refused.has(key)) return
    try {
      const surroundings = surroundingsOf(command)
      const builder = await waitingBuilder(command, docker)
      // Nobody would take away what comes after the end.
      if (isClosed) await builder.remove()
      else kept.set(key, { builder, surroundings })
    } catch (error) {
      // An engine that is away may be back at the next one.
      if (isProvisionError(error) || dockerStatus(error) !== undefined) refused.add(key)
    }
  }
  const prepareNow = async (artifacts: readonly Artifact[], playbookDir: string): Promise<void> => {
    const inImages = artifacts.filter((artifact) => artifact.in)
    if (inImages.length === 0 && kept.size === 0) return
    const docker = await engine()
    const rank = ({ name }: Artifact) => (lately.includes(name) ? lately.indexOf(name) : most)
    const chosen = inImages.toSorted((a, b) => rank(a) - rank(b)).slice(0, most)
    const commands = (await Promise.all(chosen.map((one) => commandNow(one, playbookDir, docker)))).flat()
    const wanted = new Map(commands.map((command) => [keyOf(command), command]))
    const unfit = [...kept].filter(([key, one]) => {
      const command = wanted.get(key)
      return !command || !isFit(one, command)
    })
    await Promise.all(unfit.map(([key, one]) => discard(key, one)))
    await Promise.all([...wanted.values()].map((command) => start(command, docker)))
  }
  return {
    take(command) {
      lately = [command.name, ...lately.filter((name) => name !== command.name)].slice(0, most)
      const key = keyOf(command)
      const one = kept.get(key)
      if (!one || !isFit(one, command)) return undefined
      kept.delete(key)
      return one.builder
    },
    prepare(artifacts, playbookDir) {
      preparing ??= prepareNow(artifacts, playbookDir).finally(() => (preparing = undefined))
      return preparing
    },
    async close() {
      isClosed = true
      await ifInTime(Promise.resolve(preparing), longestClosing)
      await Promise.allSettled([...kept].map(([key, one]) => discard(key, one)))
    },
  }
}

/** What an artifact runs in its image, as that is now; none as long as there is no such image. */
async function commandNow(
  artifact: Artifact,
  playbookDir: string,
  docker: Dockerode,
): Promise<readonly BuilderCommand[]> {
  const ref = artifact.in?.ref ?? ''
  const image = await found(docker.getImage(ref).inspect())
  return image ? [builderCommand(artifact, localPath(artifact.cwd, playbookDir), { id: image.Id, ref })] : []
}

const keyOf = ({ name, argv, cwd, env, image, uses }: BuilderCommand): string =>
  JSON.stringify([name, argv, cwd, Object.entries(env ?? {}), image, uses])

const isFit = ({ builder, surroundings }: Kept, command: BuilderCommand): boolean =>
  !builder.isGone() && surroundings === surroundingsOf(command)

/**
 * Of what a container has got at its start, what may be another by now: its folders, where one has taken the place of another as
 * Git may do, and how names are looked up, which changes with the network of this machine.
 */
const surroundingsOf = (command: BuilderCommand): string =>
  [sharedFolder(command), command.cwd, '/etc/resolv.conf', '/etc/hosts']
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false })
      return `${stats?.dev} ${stats?.ino} ${stats?.isFile() ? stats.mtimeMs : ''}`
    })
    .join('\n')
