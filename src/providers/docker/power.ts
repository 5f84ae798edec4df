import { awaitNode } from '../../boxes/node-ready.ts'
import { ProvisionError } from '../../core/error.ts'
import { unless } from '../../transport/docker/error.ts'
import { providerError, sshOf, type Context } from './context.ts'
import { takenPorts } from './loopback.ts'
import type { FoundNode } from './survey.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** Starts a node that is stopped, and waits until it is a host again. */
export async function startStopped(context: Context, node: FoundNode): Promise<void> {
  const { engine, signal } = context
  const container = engine.getContainer(node.id)
  try {
    if (node.paused) {
      await container.unpause()
    } else {
      await refuseTakenPorts(node)
      await unless([304, 404], container.start())
    }
    await awaitRunning(context, node)
  } catch (error) {
    throw providerError(`${node.host}: the node cannot be started`, error, signal)
  }
}

/** Waits until a node that runs is a host. */
export async function awaitRunning(context: Context, node: FoundNode): Promise<void> {
  const { engine, readyLimit, signal } = context
  const target = sshOf(context, node)
  await awaitNode({ engine, container: node.id, target, limit: readyLimit }, signal)
}

/** Stops a node, giving what runs in it its time to end. */
export async function stopRunning({ engine, signal }: Context, node: FoundNode): Promise<void> {
  const container = engine.getContainer(node.id)
  try {
    if (node.paused) await container.unpause()
    await unless([304, 404], container.stop({ t: stopSeconds }))
  } catch (error) {
    throw providerError(`${node.host}: the node cannot be stopped`, error, signal)
  }
}

/** The node's own scripts give its containers 8 s. */
const stopSeconds = 10

async function refuseTakenPorts({ host, ports }: FoundNode): Promise<void> {
  const own = [...(ports ?? [])].map(([container, local]) => ({ container, local }))
  const [taken] = await takenPorts(own)
  if (!taken) return
  throw new ProvisionError(
    'conflict',
    `${host}: port 127.0.0.1:${taken.local}, where its port ${taken.container} answers, is taken by another program`,
    {
      help: `end that program (ss -ltnp shows it), or make the node anew: ${ownCommand('destroy')} and ${ownCommand('quickstart')}`,
    },
  )
}
