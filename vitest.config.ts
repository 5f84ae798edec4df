import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const alias = { provision: fileURLToPath(new URL('./src/index.ts', import.meta.url)) }

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/faults/**', 'test/bench/**'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'faults',
          include: ['test/faults/**/*.fault.test.ts'],
          // Two files at a time: one mostly waits for its nodes. More would fight for the machine's cores.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // In full, one test tries dozens of points one after another.
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
