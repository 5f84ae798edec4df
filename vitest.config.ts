import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const alias = { provision: fileURLToPath(new URL('./src/index.ts', import.meta.url)) }

/** Something that is waited for comes when the machine has time for it; a test that fails may take long. Milliseconds. */
const polling = { poll: { timeout: 20_000 } }

/** Of those that start nodes: one mostly waits for its own. More would fight for the machine's cores. */
const filesAtOnce = 2

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          expect: polling,
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/faults/**', 'test/bench/**'],
          maxWorkers: '100%',
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'e2e',
          expect: polling,
          include: ['test/e2e/**/*.e2e.test.ts'],
          maxWorkers: filesAtOnce,
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
          // In full, one test tries dozens of points one after another.
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
