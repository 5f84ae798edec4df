import type Dockerode from 'dockerode'
import { isProvisionError, type ProvisionError } from '../../core/error.ts'
import { followLog, type FollowOptions } from './follow-log.ts'

/** A container whose log is wanted. */
interface Speaker {
  readonly host: string
  readonly name: string
}

interface Reading<S extends Speaker> {
  /** The engine of a host. */
  readonly dockerOf: (host: string) => Promise<Dockerode>
  readonly options: (speaker: S) => FollowOptions
  /** Gets at once why something cannot be read, once for all that it concerns. */
  readonly onTrouble: (error: ProvisionError) => void
}

/**
 * Reads the logs of containers, all at once. A host that is down or a container that is not there keeps no other from being read.
 * @returns how many troubles there were
 * @throws what a single one fails with, and whatever concerns all
 */
export async function followLogs<S extends Speaker>(
  speakers: readonly S[],
  { dockerOf, options, onTrouble }: Reading<S>,
): Promise<number> {
  const troubles = new Set<ProvisionError>()
  const reading = speakers.map(async (speaker) => {
    try {
      await followLog(await dockerOf(speaker.host), speaker.name, options(speaker))
    } catch (error) {
      if (speakers.length === 1 || !concernsOne(error)) throw error
      if (!troubles.has(error)) onTrouble(error)
      troubles.add(error)
    }
  })
  await Promise.all(reading)
  return troubles.size
}

const concernsOne = (error: unknown): error is ProvisionError =>
  isProvisionError(error) && (['host', 'provider', 'usage'] as const).some((code) => code === error.code)
