import { keyReader, type ReadKey } from './key-files.ts'
import { knownHostsReader, type ReadKnown } from './known-hosts-files.ts'

/** What is read on this machine to log in to hosts. */
export interface Credentials {
  readonly readKey: ReadKey
  readonly readKnown: ReadKnown
}

/** For the hosts of a run, which mostly use the same files: each of those is read and parsed once. */
export const shareCredentials = (): Credentials => ({ readKey: keyReader(), readKnown: knownHostsReader() })
