import { streamedOf, type Layout } from './layout.ts'
import type { Commit } from './script.ts'

/** What a host says of a commit. */
export interface CommitReport {
  /** Whether the commit went through to its end. */
  readonly complete: boolean
  /** Why all of it failed. */
  readonly broken: string | undefined
  /** Why an action failed, by its index. */
  readonly failed: ReadonlyMap<number, string>
  /** Actions whose content arrived with another checksum. */
  readonly damaged: ReadonlySet<number>
  /** Actions whose owner or group could not be set. */
  readonly unowned: ReadonlySet<number>
  /** Actions whose content came by itself and could not be brought to where the rest arrived. */
  readonly homeless: ReadonlySet<number>
  /** Where something did not fit: the file system of each folder, by its number, and that in which all arrived. */
  readonly devices: ReadonlyMap<number, string>
  readonly home: string | undefined
}

/** Reads the pairs that the commit wrote. Of several reasons for one action the first counts. */
export function readReport(output: Buffer, { files, folders }: Layout, { groups }: Commit): CommitReport {
  const failed = new Map<number, string>()
  const damaged = new Set<number>()
  const unowned = new Set<number>()
  const homeless = new Set<number>()
  const devices = new Map<number, string>()
  let home: string | undefined
  let complete = false
  let broken: string | undefined
  const fail = (index: number | undefined, reason: string): void => {
    if (index !== undefined && !failed.has(index)) failed.set(index, reason)
  }
  const failAs = (kind: Set<number>, index: number | undefined, reason: string): void => {
    if (index !== undefined && !failed.has(index)) kind.add(index)
    fail(index, reason)
  }
  for (const [what, reason] of pairsIn(output)) {
    const [kind = '', first = '', second] = what.split(' ', 3)
    const rest = what.slice(what.indexOf(' ') + 1)
    switch (kind) {
      case 'done':
        complete = true
        break
      case 'broken':
        broken = reason
        break
      case 'device':
        devices.set(Number(first), reason)
        break
      case 'home':
        home = reason
        break
      case 'taken':
        homeless.add(Number(first))
        fail(Number(first), reason)
        break
      case 'file':
        fail(Number(first), reason)
        break
      case 'key':
        fail(files.find(({ key }) => key === rest)?.index, reason)
        break
      case 'each': {
        const group = groups[Number(first)]
        const index = group?.indexes[Number(second) - 1]
        if (group?.command[0] === 'chown') failAs(unowned, index, reason)
        else fail(index, reason)
        break
      }
      case 'folder': {
        const number = folders.findIndex((_, index) => `d${index}` === first)
        for (const { key, index } of files) if (key.startsWith(`d${number}/`)) fail(index, reason)
        break
      }
      case 'damaged':
        failAs(damaged, Number(first), reason)
        break
      case 'sum':
        failAs(damaged, streamedOf(files)[Number(first) - 1]?.index, reason)
        break
    }
  }
  return { complete, broken, failed, damaged, unowned, homeless, devices, home }
}

function pairsIn(output: Buffer): readonly (readonly [string, string])[] {
  const fields = output.toString('utf8').split('\0')
  const pairs: (readonly [string, string])[] = []
  for (let i = 0; i + 2 < fields.length; i += 2) pairs.push([fields[i] ?? '', fields[i + 1] ?? ''])
  return pairs
}
