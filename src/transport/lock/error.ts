import { ProvisionError } from '../../core/error.ts'

export const refusal = (host: string, why: string): ProvisionError =>
  new ProvisionError('host', `${host}: the lock of this environment cannot be kept there: ${why}`, {
    help: `look at /run/provision-lock (without root: ~/.provision-lock) on ${host}`,
  })

/** @param silence of this run, as the host sees it; milliseconds, as `patience` */
export function lossError(host: string, silence: number, patience: number): ProvisionError {
  const why =
    silence >= patience
      ? `this run stood still for ${Math.round(silence / 1_000)} s`
      : `nothing was heard of this run for ${Math.round(patience / 1_000)} s, or somebody ended what kept the lock`
  return new ProvisionError(
    'locked',
    `${host}: the lock was lost: ${why}; it changes nothing there any more`,
    {
      help: 'run it again: it does what is left to do',
    },
  )
}
