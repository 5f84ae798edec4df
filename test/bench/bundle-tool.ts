import { cliFolder, type CliFolder } from '../support/cli.ts'
import { run } from './processes.ts'

/** Bundles the tool as is done for tests, but in a process group of its own: a Ctrl-C leaves nothing half made. */
export async function bundleTool(signal: AbortSignal): Promise<CliFolder> {
  const cli = cliFolder('bench-cli-')
  try {
    await run([process.execPath, ...cli.bundling], { signal })
  } catch (error) {
    cli.remove()
    throw error
  }
  return cli
}
