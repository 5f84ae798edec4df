import { resolve } from 'node:path'
import type Dockerode from 'dockerode'
import { onAbort } from '../../core/async/abort.ts'
import { ProvisionError } from '../../core/error.ts'
import { dockerReason, dockerStatus, unless } from '../../transport/docker/error.ts'
import { demultiplex } from '../../transport/docker/stream.ts'
import { cutLines } from '../../transport/lines.ts'
import { markOf, type LocalCommand, type LocalEnd } from '../../transport/local.ts'
import { proxyEnv } from './proxy.ts'
import { isObject } from '../../core/rules/shape.ts'
import type { BuildContext } from './workshop.ts'

/** By which the containers of builds are known. */
const builderLabel = 'provision.builder'
/** The run that they belong to: see `markOf`. */
export const builderRunLabel = 'provision.builder.run'

export interface ImageCommand extends LocalCommand {
  /** Of the artifact. */
  readonly name: string
  /** Id of the image to run in. */
  readonly image: string
  /** Its name, for people. */
  readonly ref: string
  /** Paths and patterns relative to `cwd` that the command reads or writes. */
  readonly uses: readonly string[]
}

/**
 * Runs a command in a container of this machine's engine, on this machine's files and as this user. A new container for
 * each: with the host's network it costs 0.1 s more than one kept warm, and cannot go stale.
 */
export async function runInImage(command: ImageCommand, { engine }: BuildContext): Promise<LocalEnd> {
  const { name, ref, signal } = command
  const docker = await engine()
  refuseRemote(name)
  const container = await create(command, docker)
  const remove = () => unless([404, 409], container.remove({ force: true }))
  const forget = onAbort(signal, () => void remove().catch(() => undefined))
  try {
    signal.throwIfAborted()
    return await run(container, command)
  } catch (error) {
    if (error instanceof ProvisionError || signal.aborted) throw error
    throw new ProvisionError(
      'engine',
      `artifact ${name}: its container of ${ref} was lost: ${dockerReason(error)}`,
      {
        help: 'run again; if it stays so, see provision doctor',
        cause: error,
      },
    )
  } finally {
    forget()
    await remove()
  }
}

async function run(container: Dockerode.Container, { name, ref, onLine }: ImageCommand): Promise<LocalEnd> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true })
  const output = showOutput(stream, onLine)
  // Asked before the start, or a short command would be gone before it is asked for.
  const removed: Promise<unknown> = container.wait({ condition: 'removed' })
  const ended = Promise.all([removed, output])
  // Without a start neither need ever end.
  ended.catch(() => undefined)
  try {
    await container.start()
  } catch (error) {
    throw new ProvisionError(
      'build',
      `artifact ${name}: it cannot be started in ${ref}: ${dockerReason(error)}`,
      {
        help: 'is the program there and executable, for the image as well?',
        cause: error,
      },
    )
  }
  const [status] = await ended
  const code = isObject(status) ? status['StatusCode'] : undefined
  return { code: typeof code === 'number' ? code : undefined, signal: undefined }
}

async function showOutput(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  const lines = { stdout: cutLines(onLine), stderr: cutLines(onLine) }
  for await (const frame of demultiplex(stream)) lines[frame.stream].push(frame.data)
  lines.stdout.end()
  lines.stderr.end()
}

async function create(command: ImageCommand, docker: Dockerode): Promise<Dockerode.Container> {
  const { argv, cwd, env, name, image, ref } = command
  const folder = sharedFolder(cwd, command.uses)
  try {
    return await docker.createContainer({
      Image: image,
      Entrypoint: [...argv],
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
function sharedFolder(cwd: string, uses: readonly string[]): string {
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

function refuseRemote(name: string): void {
  const host = process.env['DOCKER_HOST'] ?? ''
  if (!URL.canParse(host)) return
  const { protocol, hostname } = new URL(host)
  if (protocol === 'unix:' || ['localhost', '127.0.0.1', '[::1]', ''].includes(hostname)) return
  throw new ProvisionError(
    'build',
    `artifact ${name}: the engine at ${host} does not see this machine's files`,
    {
      help: 'unset DOCKER_HOST, or leave `in` out so that the command runs on this machine itself',
    },
  )
}
