import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import type { AgentAuthMethod, Client, ParsedKey, PublicKeyAuthMethod } from 'ssh2'
import { protocolOf } from './protocol.ts'

/** Keys whose signatures have one form alone, so that nothing has to be agreed on before. */
const oneForm = new Set(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'])
const hasOneForm = ({ type }: ParsedKey): boolean => oneForm.has(type)

/**
 * Has a client log in without waiting until the host has granted that there are logins at all: it answers both at once, a
 * round trip less. Only where nothing that the host says meanwhile, as which forms of signatures it takes, counts for the
 * first way of logging in. Without effect where ssh2 does not have what this needs.
 */
export function logInAtOnce(
  client: Client,
  [first]: readonly (PublicKeyAuthMethod | AgentAuthMethod)[],
): void {
  const protocol = protocolOf(client)
  if (!protocol || first?.type !== 'publickey' || !isParsed(first.key) || !hasOneForm(first.key)) return
  const handlers = protocol._handlers
  const ask = protocol.service.bind(protocol)
  const begin = handlers.SERVICE_ACCEPT
  protocol.service = (name) => {
    ask(name)
    begin(protocol, name)
  }
  handlers.SERVICE_ACCEPT = () => undefined
}

const isParsed = (key: PublicKeyAuthMethod['key']): key is ParsedKey =>
  typeof key === 'object' && 'type' in key

/**
 * Has a client prove its key at once, where it would first ask whether the host knows it: a round trip less for each
 * connection. Without effect where ssh2 does not have what this needs, and for keys that an agent holds.
 * @param onProved called when the first such proof has been sent
 */
export function signAtOnce(client: Client, onProved: () => void): void {
  const protocol = protocolOf(client)
  if (!protocol) return
  const begin = protocol.authPK.bind(protocol)
  let isFirst = true
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign !== undefined || algorithm !== undefined || !hasOneForm(key) || !key.isPrivateKey()) {
      begin(user, key, algorithm, sign)
      return
    }
    begin(user, key, undefined, (data, done) => {
      done(signatureOf(key, data))
    })
    if (isFirst) onProved()
    isFirst = false
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
