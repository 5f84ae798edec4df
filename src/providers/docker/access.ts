import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { makeKeyPair, type KeyPair } from '../../boxes/ssh-keys.ts'
import { readArchived, type ArchivedFile } from './archive.ts'
import { providerError, type Context } from './context.ts'
import { readIdentity, readKnownHosts, writeIdentity, writeKnownHosts } from './keys.ts'
import type { FoundNode } from './survey.ts'

/**
 * The key pair of the environment. When its files are gone, another one is made and put into the nodes that are there,
 * by way of the engine: they stay usable.
 */
export async function ensureIdentity(context: Context, nodes: readonly FoundNode[]): Promise<KeyPair> {
  const known = await readIdentity(context.keys)
  if (known) return known
  const made = makeKeyPair(`provision ${context.names.id}`)
  await Promise.all(nodes.map((node) => authorize(context, node, made.publicKey)))
  await writeIdentity(context.keys, made)
  return made
}

/** Host keys of the nodes that are there, read from those whose key we do not know (any more), and of those to be made. */
export async function rememberHostKeys(
  context: Context,
  nodes: readonly FoundNode[],
  made: ReadonlyMap<string, KeyPair>,
): Promise<void> {
  const { keys, names } = context
  const known = await readKnownHosts(keys)
  const present = await Promise.all(
    nodes.map(async (node): Promise<readonly [string, string]> => {
      const name = names.node(node.host)
      return [name, known.get(name) ?? (await hostKeyOf(context, node))]
    }),
  )
  const fresh = [...made].map(([host, pair]) => [names.node(host), pair.publicKey] as const)
  await writeKnownHosts(keys, new Map([...present, ...fresh].sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** Lets a key in and no other; the file keeps its owner and mode. */
async function authorize(context: Context, node: FoundNode, publicKey: string): Promise<void> {
  const directory = `/home/${node.user}/.ssh`
  const { header } = await fileOf(context, node, `${directory}/authorized_keys`)
  const archive = pack()
  archive.entry({ name: 'authorized_keys', mode: header.mode, uid: header.uid, gid: header.gid }, publicKey)
  archive.finalize()
  try {
    await context.engine.getContainer(node.id).putArchive(await buffer(archive), { path: directory })
  } catch (error) {
    throw providerError(`${node.host}: the new key cannot be put into the node`, error, context.signal)
  }
}

async function hostKeyOf(context: Context, node: FoundNode): Promise<string> {
  const { content } = await fileOf(context, node, '/etc/ssh/ssh_host_ed25519_key.pub')
  return content.toString()
}

async function fileOf({ engine, signal }: Context, node: FoundNode, path: string): Promise<ArchivedFile> {
  try {
    return await readArchived(await engine.getContainer(node.id).getArchive({ path }))
  } catch (error) {
    throw providerError(`${node.host}: ${path} cannot be read from the node`, error, signal)
  }
}
