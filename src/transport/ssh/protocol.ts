import type { Client, ClientChannel, ParsedKey } from 'ssh2'

/** Told what came of opening a channel. */
export type Opened = (error: Error | undefined, channel?: ClientChannel) => void

/** Signs what a host gives to be signed. */
export type Signer = (data: Buffer, done: (signature: Buffer) => void) => void

/** What a host says, as ssh2's client hears it. */
export interface Handlers {
  /** It grants the service that was asked for. */
  SERVICE_ACCEPT: (protocol: unknown, service: string) => void
  /** It refuses a login. */
  USERAUTH_FAILURE: (protocol: unknown, ...more: readonly unknown[]) => void
  /** It asks something of its own accord. */
  GLOBAL_REQUEST: (protocol: unknown, name: string, wantReply: boolean, data: unknown) => void
}

/** The parts of ssh2's own protocol that it has no public way to. */
export interface Protocol {
  /** Asks for a service: that of logins is the only one. */
  service: (name: string) => void
  /** Begins a login with a key. */
  authPK: (user: string, key: ParsedKey, algorithm: string | undefined, sign?: Signer) => void
  /** Has a command run in a channel that is open. */
  exec: (channel: number, command: string, wantReply: boolean) => void
  readonly _handlers: Handlers
}

/** Those of a client that has begun to connect; undefined where ssh2 does not have them. */
export function protocolOf(client: Client): Protocol | undefined {
  const found: unknown = Reflect.get(client, '_protocol')
  return isProtocol(found) ? found : undefined
}

const isProtocol = (value: unknown): value is Protocol =>
  hasMethods(value, ['service', 'authPK', 'exec']) &&
  '_handlers' in value &&
  hasMethods(value._handlers, ['SERVICE_ACCEPT', 'USERAUTH_FAILURE', 'GLOBAL_REQUEST'])

const hasMethods = (value: unknown, names: readonly string[]): value is object =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof Reflect.get(value, name) === 'function')
