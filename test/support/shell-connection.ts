import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import ssh2 from 'ssh2'
import { bootstrap, newMarker, scriptInput } from '../../src/transport/session/bootstrap.ts'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import { openingsOf } from '../../src/transport/session/openings.ts'
import { afterGreeting, afterMarker } from '../../src/transport/session/marker.ts'
import { cutLines } from '../../src/transport/lines.ts'
import { countTraffic } from '../../src/transport/traffic.ts'
import { runIn, type Shell } from './shells.ts'

/** A connection to this machine through one of its shells and nothing else: for scripts, without sshd. */
export function shellConnection(shell: Shell): Connection {
  const elsewhere = (): never => {
    throw new Error('only scripts go through a shell')
  }
  const script: Connection['script'] = async (text, { stdin = '', onLine }) => {
    const marker = newMarker()
    const lines = cutLines((line) => onLine?.(line, 'stdout'))
    const all: Buffer[] = []
    const out = afterGreeting(marker, (chunk) => {
      all.push(chunk)
      lines.push(chunk)
    })
    const errors: Buffer[] = []
    const input = async function* () {
      yield Buffer.from(scriptInput(marker, text))
      if (stdin instanceof Readable) yield* stdin
      else yield Buffer.from(stdin)
    }
    const { code, stderr } = await runIn(shell, bootstrap(marker, []), input(), (chunk) => out.push(chunk))
    lines.end()
    afterMarker(marker, (chunk) => errors.push(chunk)).push(Buffer.from(stderr))
    return { code: code ?? -1, stdout: Buffer.concat(all), stderr: Buffer.concat(errors).toString() }
  }
  const client = new ssh2.Client()
  return {
    name: 'box',
    login: { user: 'root', become: false },
    client,
    openings: openingsOf(client, () => 'any'),
    lost: new AbortController().signal,
    traffic: countTraffic(new Socket()),
    exec: elsewhere,
    channel: elsewhere,
    sftp: elsewhere,
    forwardSocket: elsewhere,
    onFull: () => undefined,
    isTight: () => false,
    forwardPort: elsewhere,
    close: () => Promise.resolve(),
    openly: script,
    script,
  }
}
