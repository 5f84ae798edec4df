import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type AgentAuthMethod, type ParsedKey, type PublicKeyAuthMethod } from 'ssh2'
import { ProvisionError, reasonOf, systemCode } from '../core/error.ts'
import type { SshTarget } from '../core/host.ts'

/** How to log in to a host. */
export interface Identity {
  readonly methods: (PublicKeyAuthMethod | AgentAuthMethod)[]
  /** What is tried, for people: `key /home/me/.ssh/id_ed25519, ssh-agent`. */
  readonly tried: string
}

/** What OpenSSH tries when nothing is said. */
const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * The ways to log in to a host: its key file, else the user's agent and default keys. A key with a passphrase has to be
 * in the agent, because nothing here asks for passphrases.
 * @throws ProvisionError `host` when there is none
 */
export async function identityFor(
  { name, user, identityFile }: SshTarget,
  env: Readonly<Record<string, string | undefined>>,
  readKey: ReadKey,
): Promise<Identity> {
  const key = identityFile === undefined ? undefined : await readKey(name, identityFile)
  if (key !== undefined && key !== 'encrypted') {
    return { methods: [{ type: 'publickey', username: user, key }], tried: `key ${identityFile}` }
  }
  // Only now: the user's agent has nothing to do with a key that is a file.
  const agent = await agentAt(env['SSH_AUTH_SOCK'])
  const fromAgent: AgentAuthMethod[] = agent === undefined ? [] : [{ type: 'agent', username: user, agent }]
  if (identityFile !== undefined) {
    if (fromAgent.length > 0) return { methods: fromAgent, tried: `ssh-agent, for ${identityFile}` }
    throw new ProvisionError('host', `${name}: the key ${identityFile} has a passphrase`, {
      help: `give it to an agent: eval "$(ssh-agent)"; ssh-add ${identityFile}`,
    })
  }
  const folder = join(homedir(), '.ssh')
  const found = await Promise.all(
    defaultKeys.map(async (file) => {
      const path = join(folder, file)
      const key = await readKey(name, path).catch(() => undefined)
      return key === undefined || key === 'encrypted' ? [] : [{ path, key }]
    }),
  )
  const keys = found.flat()
  if (fromAgent.length === 0 && keys.length === 0) {
    throw new ProvisionError('host', `${name}: there is no key to log in with as ${user}`, {
      output: `no usable key in ${folder}, and no ssh-agent that holds one`,
      help: 'say which key to use (identityFile), or make one: ssh-keygen -t ed25519',
    })
  }
  return {
    methods: [...fromAgent, ...keys.map(({ key }) => ({ type: 'publickey', username: user, key }) as const)],
    tried: [...(agent === undefined ? [] : ['ssh-agent']), ...keys.map(({ path }) => `key ${path}`)].join(
      ', ',
    ),
  }
}

/**
 * Reads a private key for a host.
 * @throws ProvisionError `host` when it cannot be used
 */
export type ReadKey = (host: string, path: string) => Promise<ParsedKey | 'encrypted'>

/** Parsing is dear: a key that many hosts share is parsed once, as long as its file stays as it is. */
export function keyReader(): ReadKey {
  const keys = new Map<string, { readonly content: Buffer; readonly key: ParsedKey }>()
  return async (host, path) => {
    const content = await readFile(path).catch((error: unknown) => {
      throw unreadable(host, path, error)
    })
    const known = keys.get(path)
    if (known?.content.equals(content)) return known.key
    const key = ssh2.utils.parseKey(content)
    if (key instanceof Error) {
      if (isEncrypted(content)) return 'encrypted'
      throw new ProvisionError('host', `${host}: ${path} holds no private key that can be used`, {
        output: reasonOf(key),
        help: 'make one in a format that is known: ssh-keygen -t ed25519',
        cause: key,
      })
    }
    keys.set(path, { content, key })
    return key
  }
}

function unreadable(host: string, path: string, error: unknown): ProvisionError {
  const code = systemCode(error)
  const why =
    code === 'ENOENT'
      ? 'does not exist'
      : code === 'EACCES'
        ? 'may not be read'
        : `cannot be read (${reasonOf(error)})`
  return new ProvisionError('host', `${host}: the key file ${path} ${why}`, {
    help: code === 'EACCES' ? `make it yours: chown "$USER" ${path}` : 'correct identityFile',
    cause: error,
  })
}

/** Whether a key needs a passphrase: said in a header, or by the name of the cipher in OpenSSH's own format. */
export function isEncrypted(content: Buffer): boolean {
  const text = content.toString('latin1')
  if (/^(Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----)/m.test(text)) return true
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1]
  if (body === undefined) return false
  const bytes = Buffer.from(body, 'base64')
  const magic = 'openssh-key-v1\0'
  if (bytes.toString('latin1', 0, magic.length) !== magic) return false
  const length = bytes.readUInt32BE(magic.length)
  return bytes.toString('latin1', magic.length + 4, magic.length + 4 + length) !== 'none'
}

/** Milliseconds after which an agent counts as none: it may be stopped, or the end of a connection that is gone. */
const agentPatience = 3_000

/** The socket of an agent that answers and holds a key: ssh2 gives up on a host when the agent does not answer. */
async function agentAt(socket: string | undefined): Promise<string | undefined> {
  if (!socket) return undefined
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(undefined), agentPatience)
    ssh2.createAgent(socket).getIdentities((error, keys) => {
      clearTimeout(late)
      resolve(!error && keys && keys.length > 0 ? socket : undefined)
    })
  })
}
