import { onAbort } from '../../core/async/abort.ts'
import { ProvisionError } from '../../core/error.ts'
import { dockerReason } from '../../transport/docker/error.ts'
import type { LocalCommand, LocalEnd } from '../../transport/local.ts'
import { coldBuilder, type Builder, type BuilderCommand } from './builder.ts'
import type { BuildContext } from './workshop.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/**
 * Runs a command in a container of this machine's engine, on this machine's files and as this user. Each has a container of its
 * own, which goes with it: one that waits for it already where a watch keeps some, or a new one.
 */
export async function runInImage(
  command: BuilderCommand & LocalCommand,
  { engine, builders }: Pick<BuildContext, 'engine' | 'builders'>,
): Promise<LocalEnd> {
  const { name, ref, signal } = command
  const docker = await engine()
  refuseRemote(name)
  try {
    return await runIn(builders?.take(command) ?? (await coldBuilder(command, docker)), command)
  } catch (error) {
    if (error instanceof ProvisionError || signal.aborted) throw error
    throw new ProvisionError(
      'engine',
      `artifact ${name}: its container of ${ref} was lost: ${dockerReason(error)}`,
      {
        help: `run again; if it stays so, see ${ownCommand('doctor')}`,
        cause: error,
      },
    )
  }
}

async function runIn(builder: Builder, { signal, onLine }: LocalCommand): Promise<LocalEnd> {
  // Docker takes it away by itself once it ends; an engine that cannot be asked for it now is told of by what has failed.
  const remove = () => builder.remove().catch(() => undefined)
  const forget = onAbort(signal, () => void remove())
  try {
    signal.throwIfAborted()
    return await builder.run(onLine)
  } finally {
    forget()
    await remove()
  }
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
