import { Socket } from 'node:net'
import { Client } from 'ssh2'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import { openingsOf } from '../../src/transport/session/openings.ts'
import { countTraffic } from '../../src/transport/traffic.ts'

/** A connection to nowhere, on which every command ends well and every socket is refused; but for what is given. */
export function fakeConnection(given: Partial<Connection> = {}): Connection {
  const fine = { code: 0, stdout: Buffer.alloc(0), stderr: '' }
  const exec: Connection['exec'] = given.exec ?? (() => Promise.resolve(fine))
  const refusal = new Error('(SSH) Channel open failure: open failed')
  const client = new Client()
  return {
    name: 'app',
    login: { user: 'root', become: false },
    client,
    openings: openingsOf(client, () => 'any'),
    lost: new AbortController().signal,
    traffic: countTraffic(new Socket()),
    exec,
    script: (_, options) => exec(['sh'], options),
    openly: (_, options) => exec(['sh'], options),
    channel: () => Promise.reject(refusal),
    sftp: () => Promise.reject(refusal),
    forwardSocket: () => Promise.reject(refusal),
    forwardPort: () => Promise.reject(refusal),
    onFull: () => undefined,
    isTight: () => false,
    close: () => Promise.resolve(),
    ...given,
  }
}
