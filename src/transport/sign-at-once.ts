import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import type { Client, ParsedKey } from 'ssh2'

type Signer = (data: Buffer, done: (signature: Buffer) => void) => void

/** The part of ssh2's own protocol that begins a login; it has no public way to that. */
interface Protocol {
  authPK: (user: string, key: ParsedKey, algorithm: string | undefined, sign?: Signer) => void
}

/** Keys whose signatures have one form alone, so that nothing has to be agreed on before. */
const oneForm = new Set(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'])

/**
 * Has a client prove its key at once, where it would first ask whether the host knows it: a round trip less for each
 * connection. Without effect where ssh2 does not have what this needs, and for keys that an agent holds.
 */
export function signAtOnce(client: Client): void {
  const protocol = protocolOf(client)
  if (!protocol) return
  const begin = protocol.authPK.bind(protocol)
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign !== undefined || algorithm !== undefined || !oneForm.has(key.type) || !key.isPrivateKey()) {
      begin(user, key, algorithm, sign)
      return
    }
    begin(user, key, undefined, (data, done) => {
      done(signatureOf(key, data))
    })
  }
}

/** Keys that hosts share: to take one apart anew takes longer than to sign. */
const opened = new WeakMap<ParsedKey, KeyObject>()

/** What the key itself would give. */
function signatureOf(key: ParsedKey, data: Buffer): Buffer {
  if (key.type !== 'ssh-ed25519') return key.sign(data)
  const known = opened.get(key) ?? createPrivateKey(key.getPrivatePEM())
  opened.set(key, known)
  return sign(undefined, data, known)
}

function protocolOf(client: Client): Protocol | undefined {
  const found: unknown = Reflect.get(client, '_protocol')
  return isProtocol(found) ? found : undefined
}

const isProtocol = (value: unknown): value is Protocol =>
  typeof value === 'object' && value !== null && 'authPK' in value && typeof value.authPK === 'function'
