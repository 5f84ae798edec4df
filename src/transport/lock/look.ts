import type { Connection } from '../ssh/connection.ts'
import { readAnswer } from './answer.ts'
import { lookScript } from './script.ts'
import { keyOf, type LockOptions } from './host-lock.ts'

/**
 * Who holds the lock of a host, in words; undefined when nobody does or the host keeps none. Nothing is taken or changed
 * there. Costs one round trip.
 * @throws ProvisionError `host` when the connection is lost, `interrupted` on abort
 */
export async function lookAtHostLock(
  connection: Connection,
  { scope, signal }: Pick<LockOptions, 'scope' | 'signal'>,
): Promise<string | undefined> {
  const { name } = connection
  const argv = ['sh', '-c', lookScript, 'provision-lock', keyOf(scope, name)]
  const { stdout } = await connection.exec(argv, { as: 'root', signal })
  const answers = stdout
    .toString()
    .split('\n')
    .map((line) => readAnswer(line, name))
  const busy = answers.find((answer) => answer?.says === 'busy')
  return busy?.who
}
