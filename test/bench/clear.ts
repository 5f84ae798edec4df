import type { Bench } from './bench.ts'

type Docker = Bench['docker']

/** By which what is made here is known: on images by an additional line in their Dockerfiles. */
export const benchLabel = 'provision.bench'

/** Removes whatever carries our labels, also what killed runs of the tool have left. */
export async function clearEngine(docker: Docker, { id, dir }: Pick<Bench, 'id' | 'dir'>): Promise<void> {
  const ours = [`${benchLabel}=${id}`, `provision.project=${dir}`, `provision.box.name=${id}`]
  const all = async (...list: readonly string[]) => {
    const found = await Promise.all(ours.map((label) => docker(...list, '--filter', `label=${label}`)))
    return new Set(found.flatMap((text) => text.split('\n').filter((line) => line !== '')))
  }
  const each = async (names: Iterable<string>, ...remove: readonly string[]) => {
    for (const name of names) await docker(...remove, name).catch(() => undefined)
  }
  await each(await all('ps', '--all', '--quiet'), 'rm', '--force', '--volumes')
  await each(await all('network', 'ls', '--quiet'), 'network', 'rm')
  await each(await all('volume', 'ls', '--quiet'), 'volume', 'rm', '--force')
  await each(await all('image', 'ls', '--quiet'), 'image', 'rm', '--force')
}
