import { setMaxListeners } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isProvisionError, type ProvisionError } from '../../src/core/error.ts'
import type { SshTarget } from '../../src/core/host.ts'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import { connectHost, type ConnectedHost } from '../../src/transport/host.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import type { Sshd } from './sshd.ts'

/** A signal that nobody aborts. */
export const never = new AbortController().signal
// All that a test has under way listens to it.
setMaxListeners(0, never)

/** The error that something fails with. */
export async function failure(work: Promise<unknown>): Promise<ProvisionError> {
  try {
    await work
  } catch (error) {
    if (isProvisionError(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}

/** Connects for as long as something needs it. */
export async function withConnection<T>(
  target: SshTarget,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(target, never)
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}

/** Shows a connection that its host takes scripts within command lines, as the questions of a run do. */
export const takesLines = (connection: Connection): Promise<unknown> =>
  connection.openly(':', { as: 'root', stdin: Buffer.alloc(0), signal: never })

export async function withHost<T>({ target }: Sshd, use: (host: ConnectedHost) => Promise<T>): Promise<T> {
  const host = await connectHost(target, never)
  try {
    return await use(host)
  } finally {
    await host.close()
  }
}

/** A connection for bulk that is another's, too. */
export const bulkOver = (connection: Connection) => () =>
  Promise.resolve({ connection, admitted: Promise.resolve() })

/** Makes a folder for one test. */
export async function freshFolder({ folder }: Sshd, name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(path)
  return path
}
