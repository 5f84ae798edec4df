import { isProvisionError } from '../../core/error.ts'
import type { Connection } from '../ssh/connection.ts'
import type { Readied } from './place.ts'

/** Something to say to a port, and how that is called in messages. */
export interface Talk {
  readonly title: string
  readonly address: string
  readonly port: number
  /** Sent as it is; empty only to connect. */
  readonly request: string
}

const noTool = 69

/** Connects to $1:$2, sends $3 and prints the first line that comes back, with whatever the host has for it. */
const script = `
if command -v bash >/dev/null 2>&1; then
  exec bash -c 'exec 3<>"/dev/tcp/$1/$2" || exit 7
    if [ -n "$3" ]; then printf %s "$3" >&3; IFS= read -r -t 5 line <&3; printf "%s\\n" "$line"; fi' bash "$@"
elif command -v nc >/dev/null 2>&1; then
  if [ -n "$3" ]; then printf %s "$3" | nc -w 5 "$1" "$2" | head -n 1; else exec nc -z -w 5 "$1" "$2"; fi
else
  exit ${noTool}
fi`

/** Tries a port from a shell of the host. */
export async function talkOnHost(
  connection: Connection,
  { title, address, port, request }: Talk,
  judge: (firstLine: string) => Readied,
  signal: AbortSignal,
): Promise<Readied> {
  try {
    const argv = ['sh', '-c', script, 'sh', address, String(port), request]
    const { code, stdout } = await connection.exec(argv, { as: 'user', signal })
    if (code === 0) return judge(stdout.toString('utf8').split('\n')[0] ?? '')
    if (code !== noTool) return { reason: `${title}: connection refused` }
    return {
      reason: `${title}: cannot be tried: sshd forbids TCP forwarding, and the host has neither bash nor nc`,
    }
  } catch (error) {
    if (!isProvisionError(error)) throw error
    if (error.code === 'interrupted') return { reason: `${title}: no answer yet`, cut: true }
    return { reason: `${title}: ${error.message}` }
  }
}
