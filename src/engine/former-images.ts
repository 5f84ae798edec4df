import type { Emit } from '../core/event.ts'
import type { HostPort } from '../core/host.ts'
import type { Plan } from '../core/plan.ts'

/** The hosts on which a plan has put another version in the place of an image. */
export function renewedBy(
  { steps }: Plan,
  changed: readonly string[],
  hosts: ReadonlyMap<string, HostPort>,
): readonly HostPort[] {
  const done = new Set(changed)
  const renewed = steps.filter(
    ({ id, kind, operation }) => kind === 'image' && operation === 'update' && done.has(id),
  )
  return [...new Set(renewed.map(({ host }) => host))].flatMap((name) => hosts.get(name) ?? [])
}

/**
 * Takes former versions of images away, so that edits do not fill a host's disk. Only once all is well: until then they may be
 * wanted again; later they come from this machine.
 */
export async function removeFormerImages(
  hosts: readonly HostPort[],
  signal: AbortSignal,
  emit: Emit,
): Promise<void> {
  await Promise.all(
    hosts.map(async (host) => {
      const [outcome] = await host.perform([{ do: 'prune-images' }], signal)
      if (outcome?.ok !== false || signal.aborted) return
      emit({ event: 'note', level: 'warning', text: outcome.error.message })
    }),
  )
}
