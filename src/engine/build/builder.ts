import { resolve } from 'node:path'
import type Dockerode from 'dockerode'
import type { Artifact } from '../../core/build/index.ts'
import { ProvisionError } from '../../core/error.ts'
import { isObject } from '../../core/rules/shape.ts'
import { dockerReason, dockerStatus, unless } from '../../transport/docker/error.ts'
import { demultiplex } from '../../transport/docker/stream.ts'
import { cutLines } from '../../transport/lines.ts'
import { markOf, type LocalCommand, type LocalEnd } from '../../transport/local.ts'
import { proxyEnv } from './proxy.ts'

/** By which the containers of builds are known. */
const builderLabel = 'provision.builder'
/** The run that they belong to: see `markOf`. */
export const builderRunLabel = 'provision.builder.run'

/** What a builder is made for: one command of an artifact, on this machine's files and as this user. */
export interface BuilderCommand extends Pick<LocalCommand, 'argv' | 'cwd' | 'env'> {
  /** Of the artifact. */
  readonly name: string
  /** Id of the image to run in. */
  readonly image: string
  /** Its name, for people. */
  readonly ref: string
  /** Paths and patterns relative to `cwd` that the command reads or writes. */
  readonly uses: readonly string[]
}

/** What is run to build an artifact in an image. */
export const builderCommand = (
  { name, run, env, inputs, output }: Artifact,
  cwd: string,
  image: { readonly id: string; readonly ref: string },
): BuilderCommand => ({
  ...{ name, argv: run, cwd, env, uses: [...inputs, output] },
  ...{ image: image.id, ref: image.ref },
})

/** A container of this machine's engine that is there for one command, which runs in it once. */
export interface Builder {
  /** Runs the command to its end. */
  readonly run: (onLine: LocalCommand['onLine']) => Promise<LocalEnd>
  /** Takes it away, whatever it does. */
  readonly remove: () => Promise<void>
}

/** One that starts when it is to run. */
export async function coldBuilder(command: BuilderCommand, docker: Dockerode): Promise<Builder> {
  const { name, ref, argv } = command
  const container = await create(command, docker, { Entrypoint: [...argv] })
  return {
    remove: () => remove(container),
    run: async (onLine) => {
      const output = await container.attach({ stream: true, stdout: true, stderr: true })
      const ended = endOf(container, output, onLine)
      try {
        await container.start()
      } catch (error) {
        if (dockerStatus(error) === undefined) throw error
        throw new ProvisionError(
          'build',
          `artifact ${name}: it cannot be started in ${ref}: ${dockerReason(error)}`,
          {
            help: 'is the program there and executable, for the image as well?',
            cause: error,
          },
        )
      }
      return ended
    },
  }
}

/** A builder that has started already. */
export interface WaitingBuilder extends Builder {
  /** Whether it has ended before it was to run. */
  readonly isGone: () => boolean
}

/** Waits for a line, and leaves nothing of itself behind: when whoever has started it dies there will be none, and it ends. */
const onceTold = 'read -r go && unset go PWD OLDPWD SHLVL && exec "$@" </dev/null'

/**
 * One that has started already, and waits until it is to run. Needs a `sh` in the image.
 * @throws what Docker answers where it cannot
 */
export async function waitingBuilder(command: BuilderCommand, docker: Dockerode): Promise<WaitingBuilder> {
  const container = await create(command, docker, {
    ...{ Entrypoint: ['sh', '-c', onceTold, 'sh', ...command.argv], OpenStdin: true, StdinOnce: true },
  })
  let tell: LocalCommand['onLine'] = () => undefined
  let isGone = false
  try {
    const io = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true })
    // Whoever reads from it hears of it.
    io.on('error', () => undefined)
    const ended = endOf(container, io, (line) => tell(line))
    const note = (): void => void (isGone = true)
    ended.then(note, note)
    await container.start()
    return {
      isGone: () => isGone,
      run: (onLine) => {
        tell = onLine
        io.end('\n')
        return ended
      },
      remove: async () => {
        await remove(container)
        await ended.catch(() => undefined)
      },
    }
  } catch (error) {
    await remove(container)
    throw error
  }
}

const remove = async (container: Dockerode.Container): Promise<void> => {
  await unless([404, 409], container.remove({ force: true }))
}

/** To be asked for before the start, or a short command would be gone before. */
function endOf(
  container: Dockerode.Container,
  output: NodeJS.ReadableStream,
  onLine: LocalCommand['onLine'],
): Promise<LocalEnd> {
  const removed: Promise<unknown> = container.wait({ condition: 'removed' })
  const ended = Promise.all([removed, showOutput(output, onLine)]).then(([status]) => {
    const code = isObject(status) ? status['StatusCode'] : undefined
    return { code: typeof code === 'number' ? code : undefined, signal: undefined }
  })
  // Without a start it need never end.
  ended.catch(() => undefined)
  return ended
}

async function showOutput(stream: NodeJS.ReadableStream, onLine: LocalCommand['onLine']): Promise<void> {
  const lines = { stdout: cutLines(onLine), stderr: cutLines(onLine) }
  for await (const frame of demultiplex(stream)) lines[frame.stream].push(frame.data)
  lines.stdout.end()
  lines.stderr.end()
}

async function create(
  command: BuilderCommand,
  docker: Dockerode,
  start: Pick<Dockerode.ContainerCreateOptions, 'Entrypoint' | 'OpenStdin' | 'StdinOnce'>,
): Promise<Dockerode.Container> {
  const { cwd, env, name, image, ref } = command
  const folder = sharedFolder(command)
  try {
    return await docker.createContainer({
      ...start,
      Image: image,
      WorkingDir: cwd,
      User: await userOf(docker),
      Env: Object.entries({ HOME: '/tmp', ...proxyEnv(), ...env }).map(([key, value]) => `${key}=${value}`),
      Labels: { [builderLabel]: name, [builderRunLabel]: markOf(process.pid) },
      HostConfig: {
        AutoRemove: true,
        NetworkMode: 'host',
        // Not `Binds`, which a colon in a path would break.
        Mounts: [{ Type: 'bind', Source: folder, Target: folder }],
      },
    })
  } catch (error) {
    if (dockerStatus(error) !== 400) throw error
    throw new ProvisionError(
      'build',
      `artifact ${name}: it cannot be built in ${ref}: ${dockerReason(error)}`,
      {
        help: `the engine has to see ${folder} of this machine; without \`in\` the command runs on this machine itself`,
        cause: error,
      },
    )
  }
}

/** The folder that holds the working folder and all that is used from it, also by `../common/**`. */
export function sharedFolder({ cwd, uses }: Pick<BuilderCommand, 'cwd' | 'uses'>): string {
  const climbs = uses.map((path) => /^!?((?:\.\.\/)*)/.exec(path)?.[1] ?? '')
  return resolve(
    cwd,
    climbs.reduce((a, b) => (b.length > a.length ? b : a), ''),
  )
}

/** This user, so that what is built belongs to it; in a rootless engine that is its root. */
async function userOf(docker: Dockerode): Promise<string> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  if (uid === 0) return '0:0'
  const info: unknown = await docker.info()
  const options = isObject(info) ? info['SecurityOptions'] : undefined
  return Array.isArray(options) && options.includes('name=rootless') ? '0:0' : `${uid}:${gid}`
}
