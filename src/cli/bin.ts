#!/usr/bin/env node
import * as nodeModule from 'node:module'

// Keeps compiled code between runs, where Node.js knows how (22.1 and later).
const enable: unknown = Reflect.get(nodeModule, 'enableCompileCache')
if (typeof enable === 'function') Reflect.apply(enable, nodeModule, [])

try {
  const [{ main }, { wiring }] = await Promise.all([import('./main.ts'), import('./wire.ts')])
  // Nothing may keep the process: all that was written has left it by now.
  process.exit(await main({ argv: process.argv.slice(2), process, wiring }))
} catch (error) {
  // Only its own files not being readable comes to here: too few file descriptors, a damaged installation.
  process.stderr.write(
    `✖ provision cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exit(1)
}
