import { main } from './main.ts'
import { wiring } from './wire.ts'

/** Carries out the call that this process was started with; gives its exit code. */
export const start = (process: NodeJS.Process): Promise<number> =>
  main({ argv: process.argv.slice(2), process, wiring })
