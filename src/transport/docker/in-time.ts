import { showDuration } from '../../core/text/duration.ts'
import { ProvisionError } from '../../core/error.ts'
import { within } from '../time-limit.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** @throws ProvisionError `host` when the engine of a host has not done something in so many milliseconds */
export const inTime = <T>(
  host: string,
  most: number,
  signal: AbortSignal,
  work: (either: AbortSignal) => Promise<T>,
): Promise<T> => within(most, () => noAnswer(host, most), signal, work)

const noAnswer = (host: string, most: number): ProvisionError =>
  new ProvisionError('host', `no answer within ${showDuration(most)}`, {
    about: { host, name: 'docker' },
    help: `look whether Docker hangs there: ${ownCommand('ssh', host)}, then docker ps`,
  })
