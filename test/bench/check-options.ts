import { optionsOrEnd } from './call.ts'

// So that a mistake is told before anything is set up for the benchmarks.
optionsOrEnd()
