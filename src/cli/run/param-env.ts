import type { ParamSpecs } from '../../core/playbook/params.ts'
import { secret } from '../../core/secret/index.ts'

/** What this process was started with. */
const given: Readonly<NodeJS.ProcessEnv> = { ...process.env }

/**
 * The environment variables that params are read from. Those that hold secrets are taken away from the programs which are
 * started from here: builds, git, ssh.
 */
export function paramEnvironment(specs: ParamSpecs): Readonly<NodeJS.ProcessEnv> {
  for (const spec of Object.values(specs)) {
    const value = spec.type === 'secret' ? given[spec.env] : undefined
    if (spec.type !== 'secret' || value === undefined) continue
    // From here on it shows nowhere, whether a resource uses it or not.
    secret(value)
    Reflect.deleteProperty(process.env, spec.env)
  }
  return given
}
