import { cliFolder, type BuiltCli } from '../support/cli.ts'
import { run } from './processes.ts'

/** Bundles the tool as `buildCli` does for tests, but in a process group of its own: a Ctrl-C leaves nothing half made. */
export async function bundleTool(signal: AbortSignal): Promise<BuiltCli> {
  const { bundling, ...cli } = cliFolder('bench-cli-')
  try {
    await run([process.execPath, ...bundling], { signal })
  } catch (error) {
    cli.remove()
    throw error
  }
  return cli
}
