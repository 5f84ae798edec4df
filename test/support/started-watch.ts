import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { watch, type WatchOptions } from '../../src/engine/watch/index.ts'
import type { Cause, Reading } from '../../src/engine/watch/run.ts'
import { settledFolder } from './folder.ts'

interface Started {
  readonly root: string
  readonly causes: readonly Cause[]
  /** Resolves when it has come to rest so many times. */
  readonly rests: (count: number) => Promise<void>
  readonly quit: () => Promise<void>
  readonly ask: () => void
}

/** A watch on a folder `www` and a playbook, whose runs do no more than `during`. */
export async function startWatch(
  during: (root: string, cause: Cause, reading: Reading) => Promise<unknown> = () => Promise.resolve(),
  more: Partial<WatchOptions> = {},
): Promise<Started> {
  const root = await settledFolder({ 'playbook.ts': '', 'www/index.html': 'x' })
  const causes: Cause[] = []
  let rested = 0
  const watching = watch({
    sources: () => ({
      builds: [{ kind: 'folder', path: './www', exclude: [] }],
      playbookDir: root,
      playbookFiles: [join(root, 'playbook.ts')],
    }),
    run: async (cause, reading) => {
      causes.push(cause)
      return (await during(root, cause, reading)) === 'part' ? 'part' : 'all'
    },
    onRest: () => void (rested += 1),
    onCircle: () => undefined,
    onDeaf: (reason) => expect.unreachable(reason),
    ...more,
  })
  const quit = () => {
    watching.quit()
    return watching.ended
  }
  onTestFinished(quit)
  return {
    root,
    causes,
    rests: (count) =>
      expect.poll(() => rested, { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(count),
    quit,
    ask: watching.ask,
  }
}
