import { homedir } from 'node:os'
import { join } from 'node:path'
import ssh2, {
  type AgentAuthMethod,
  type BaseAgent,
  type KnownPublicKeys,
  type ParsedKey,
  type PublicKeyAuthMethod,
} from 'ssh2'
import { isProvisionError, ProvisionError, systemCode } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import type { KeyFile, ReadKey } from './key-files.ts'

/** How to log in to a host. */
export interface Identity {
  readonly methods: (PublicKeyAuthMethod | AgentAuthMethod)[]
  /** What is tried, for people, and what is not: `key /home/me/.ssh/id_ed25519, ssh-agent; /keys/id has a passphrase`. */
  readonly tried: string
}

type Env = Readonly<Record<string, string | undefined>>

/** What OpenSSH tries when nothing is said. */
const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * The ways to log in to a host: its key file alone; else the keys that OpenSSH's configuration lists, or the default ones,
 * and the user's agent. A key with a passphrase has to be in the agent, because nothing here asks for passphrases.
 * @throws ProvisionError `host` when there is none
 */
export const identityFor = (target: SshTarget, env: Env, readKey: ReadKey): Promise<Identity> =>
  target.identityFile === undefined || target.identityFiles !== undefined
    ? identityOfMany(target, env, readKey)
    : identityOfOne(target, target.identityFile, env, readKey)

async function identityOfOne(target: SshTarget, path: string, env: Env, readKey: ReadKey): Promise<Identity> {
  const { name, user } = target
  const file = await readKey(name, path)
  if (file.kind === 'private') return identityBy([byFile(user, path, file.key)])
  // Only now: the user's agent has nothing to do with a key that is a file.
  const held = await heldAt(agentSocket(target, env))
  // Where its public half is nowhere, the key cannot be told from the agent's others.
  const own = file.key === undefined ? held : held.filter(({ key }) => isSame(key, file.key))
  if (own.length > 0) return identityBy(own.map((one) => byAgent(user, one, path)))
  if (file.kind === 'encrypted') {
    throw new ProvisionError('host', `${name}: the key ${path} has a passphrase`, {
      help: `give it to an agent: eval "$(ssh-agent)"; ssh-add ${path}`,
    })
  }
  throw new ProvisionError(
    'host',
    `${name}: ${path} is a public key, and no ssh-agent holds its private one`,
    {
      help: 'look at what the agent holds: ssh-add -L; or name the private key (identityFile)',
    },
  )
}

async function identityOfMany(target: SshTarget, env: Env, readKey: ReadKey): Promise<Identity> {
  const { name, user, identityFiles, identitiesOnly = false } = target
  const folder = join(homedir(), '.ssh')
  const paths = identityFiles ?? defaultKeys.map((file) => join(folder, file))
  const read = await Promise.all(paths.map((path) => readListed(name, path, readKey)))
  const listed = withoutTwins(read.flatMap((one) => (typeof one === 'object' ? [one] : [])))
  // Of a single key nothing is left to learn from the agent.
  const isSettled = identitiesOnly && listed.length === 1 && listed[0]?.file.kind === 'private'
  const held = isSettled ? [] : await heldAt(agentSocket(target, env))
  const offers = inOrder(user, listed, held).filter(({ isListed }) => isListed || !identitiesOnly)
  const problems = read.filter((one) => typeof one === 'string')
  const left = [...problems, ...listed.flatMap((one) => whyLeftOut(one, held) ?? [])]
  if (offers.length > 0) return identityBy(offers, left)
  const where =
    identityFiles === undefined
      ? `in ${folder}`
      : `among ${paths.join(', ') || 'none'}, which OpenSSH's configuration lists`
  throw new ProvisionError('host', `${name}: there is no key to log in with as ${user}`, {
    output: [`no usable key ${where}, and no ssh-agent that holds one`, ...left].join('\n'),
    help: 'say which key to use (identityFile), or make one: ssh-keygen -t ed25519',
  })
}

interface Listed {
  readonly path: string
  readonly file: KeyFile
}

/** What a listed file holds, or why it is left out: it keeps no other from being tried. A missing one is nothing to tell. */
async function readListed(
  host: string,
  path: string,
  readKey: ReadKey,
): Promise<Listed | string | undefined> {
  try {
    return { path, file: await readKey(host, path) }
  } catch (error) {
    if (!isProvisionError(error)) throw error
    return systemCode(error.cause) === 'ENOENT' ? undefined : error.message.replace(`${host}: `, '')
  }
}

/** Each key once, by its private half where that is listed, too: sshd counts what it refuses. */
const withoutTwins = (all: readonly Listed[]): readonly Listed[] =>
  all.filter((one) => {
    const twins = all.filter((other) => other === one || isSame(other.file.key, one.file.key))
    return one === (twins.find(({ file }) => file.kind === 'private') ?? twins[0])
  })

const isSame = (a: ParsedKey | undefined, b: ParsedKey | undefined): boolean =>
  a !== undefined && b !== undefined && a.getPublicSSH().equals(b.getPublicSSH())

/** OpenSSH's order: what is listed and in the agent, what else the agent holds, what is only listed. */
function inOrder(user: string, listed: readonly Listed[], held: readonly Held[]): readonly Offer[] {
  const pairs = held.map((one) => ({ one, as: listed.find(({ file }) => isSame(file.key, one.key)) }))
  const rest = listed.filter((file) => !pairs.some(({ as }) => as === file))
  return [
    ...pairs.flatMap(({ one, as }) => (as ? (privateOf(user, as) ?? byAgent(user, one, as.path)) : [])),
    ...pairs.flatMap(({ one, as }) => (as ? [] : byAgent(user, one))),
    ...rest.flatMap((file) => privateOf(user, file) ?? []),
  ]
}

function whyLeftOut({ path, file }: Listed, held: readonly Held[]): string | undefined {
  if (file.kind === 'private' || held.some(({ key }) => isSame(key, file.key))) return undefined
  return file.kind === 'encrypted' ? `${path} has a passphrase` : `${path} is held by no ssh-agent`
}

/** A way to log in. */
interface Offer {
  readonly method: PublicKeyAuthMethod | AgentAuthMethod
  /** For people. */
  readonly label: string
  readonly isListed: boolean
}

const byFile = (username: string, path: string, key: ParsedKey): Offer => ({
  method: { type: 'publickey', username, key },
  label: `key ${path}`,
  isListed: true,
})

/** A key that can be proved without the agent is proved at once. */
const privateOf = (user: string, { path, file }: Listed): Offer | undefined =>
  file.kind === 'private' ? byFile(user, path, file.key) : undefined

const byAgent = (username: string, { agent }: Held, path?: string): Offer => ({
  method: { type: 'agent', username, agent },
  label: path === undefined ? 'ssh-agent' : `key ${path} of ssh-agent`,
  isListed: path !== undefined,
})

function identityBy(offers: readonly Offer[], left: readonly string[] = []): Identity {
  const counts = new Map<string, number>()
  for (const { label } of offers) counts.set(label, (counts.get(label) ?? 0) + 1)
  const labels = [...counts].map(([label, count]) => (count === 1 ? label : `${label} (${count} keys)`))
  return { methods: offers.map(({ method }) => method), tried: [labels.join(', '), ...left].join('; ') }
}

/** The socket of the user's agent. */
function agentSocket({ identityAgent = 'SSH_AUTH_SOCK' }: SshTarget, env: Env): string | undefined {
  if (identityAgent === 'none') return undefined
  if (identityAgent === 'SSH_AUTH_SOCK') return env[identityAgent]
  return identityAgent.startsWith('$') ? env[identityAgent.slice(1)] : identityAgent
}

/** A key that an agent holds. */
interface Held {
  readonly key: ParsedKey
  /** As if it held no other: ssh2 would offer all of them. */
  readonly agent: BaseAgent
}

/** Milliseconds after which an agent counts as none: it may be stopped, or the end of a connection that is gone. */
const agentPatience = 3_000

/** What an agent holds, nothing where it does not answer: ssh2 would give up on the host. */
async function heldAt(socket: string | undefined): Promise<readonly Held[]> {
  if (!socket) return []
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve([]), agentPatience)
    ssh2.createAgent(socket).getIdentities((error, keys) => {
      clearTimeout(late)
      resolve(error || !keys ? [] : keys.filter(isParsed).map((key) => heldAs(key, socket)))
    })
  })
}

function heldAs(key: ParsedKey, socket: string): Held {
  const agent = ssh2.createAgent(socket)
  agent.getIdentities = (done) => done(undefined, [key])
  return { key, agent }
}

/** Those of ssh2's own agents are. */
const isParsed = (key: KnownPublicKeys[number]): key is ParsedKey =>
  typeof key === 'object' && 'getPublicSSH' in key
