import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const alias = { provision: fileURLToPath(new URL('./src/index.ts', import.meta.url)) }

/** Something that is waited for comes when the machine has time for it; a test that fails may take long. Milliseconds. */
const polling = { poll: { timeout: 20_000 } }

/**
 * Most of them wait for nodes, programs and links most of the time; whoever has more cores has more of them at once, up to what
 * the nodes of all of them may take in memory.
 */
const filesAtOnce = Math.min(8, availableParallelism() + 1)

export default defineConfig({
  test: {
    globalSetup: ['test/support/bundle-once.ts', 'test/support/busybox-once.ts'],
    // In the order of their names, all of one group: the long ones come first, and the short ones fill what these leave.
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'e2e',
          globalSetup: 'test/support/shared-box.ts',
          expect: polling,
          include: ['test/e2e/**/*.e2e.test.ts'],
          maxWorkers: filesAtOnce,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'faults',
          expect: polling,
          include: ['test/faults/**/*.fault.test.ts'],
          maxWorkers: filesAtOnce,
          // In full, one test tries dozens of points one after another.
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'unit',
          expect: polling,
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/faults/**', 'test/bench/**'],
          maxWorkers: filesAtOnce,
          // A process for each file took a fourth of the time of all; modules are fresh for each, and what is stubbed is put back.
          isolate: false,
          setupFiles: 'test/support/fresh-modules.ts',
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
