import { inject } from 'vitest'
import type { BuiltCli } from './cli.ts'

/** The tool bundled for real, once for all tests of a run. */
export const cli: BuiltCli = { bin: inject('bin') }
