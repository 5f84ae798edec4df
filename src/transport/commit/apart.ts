import type { Layout, Staged } from './layout.ts'
import type { CommitReport } from './report.ts'
import { isWrite, type Numbered } from '../files/batch.ts'

/**
 * What of a batch is to be tried once more, each part beside its own places: all was to arrive in one file system, and that
 * has no room for what belongs to others.
 */
export function partsOf(
  batch: readonly Numbered[],
  { folders, files }: Layout,
  { broken, failed, homeless, devices, home }: CommitReport,
): readonly (readonly Numbered[])[] {
  const deviceOf = ({ key }: Staged): string => devices.get(Number(key.slice(1, key.indexOf('/')))) ?? ''
  const known = folders.every((_, number) => devices.has(number)) && home !== undefined
  const isBroken = broken !== undefined && new Set(devices.values()).size > 1
  const again = new Map<number, string>()
  for (const file of known ? files : []) {
    const device = deviceOf(file)
    const isElsewhere = homeless.has(file.index) && device !== home
    if (isElsewhere || (isBroken && !failed.has(file.index))) again.set(file.index, device)
  }
  const writes = batch.filter((one) => again.has(one.index))
  const parts = [...new Set(again.values())].map((device) =>
    writes.filter(({ index }) => again.get(index) === device),
  )
  // They come after what is put in place, and nothing of them was done.
  const others = isBroken && parts.length > 0 ? batch.filter((one) => !isWrite(one)) : []
  return others.length > 0 ? [...parts, others] : parts
}
