import type { Client } from 'ssh2'
import { protocolOf } from './protocol.ts'

/**
 * Has a client take no notice when a host tells all its keys (OpenSSH's PROTOCOL, 2.5): ssh2 has each of them proved by a
 * signature, an RSA key's among them, and verifies it, for a listener that there is not. Which key the host has to show, and
 * prove, was settled before the login. Without effect where ssh2 does not have what this needs.
 */
export function leaveKeysUnproved(client: Client): void {
  const handlers = protocolOf(client)?._handlers
  if (!handlers) return
  const handle = handlers.GLOBAL_REQUEST
  handlers.GLOBAL_REQUEST = (protocol, name, wantReply, data) => {
    if (name !== 'hostkeys-00@openssh.com' || wantReply) handle(protocol, name, wantReply, data)
  }
}
