import { isArtifact, isImage, type Artifact, type Image } from '../core/build/index.ts'
import { ProvisionError } from '../core/error.ts'
import { noText } from '../core/no-text.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import type { Local } from '../core/build/local.ts'
import { refuseIf } from '../core/rules/refuse.ts'
import { maskedProblem } from '../core/secret/masked.ts'
import {
  argvProblem,
  buildTextProblem,
  envNameProblem,
  firstProblem,
  itemsProblem,
  localProblem,
  patternsProblem,
  quoted,
  recordProblem,
  textProblem,
} from '../core/rules/index.ts'
import { shownValue } from '../core/text/shown-value.ts'

/** How an artifact is built. */
export interface ArtifactOptions {
  /** The command that builds it, as program and arguments; no shell reads it. Run only when an input changed. */
  readonly run: readonly string[]
  /** The folder in which it runs. Relative to the playbook's folder; default `.`, that folder itself. */
  readonly cwd?: Local
  /** Glob patterns of the files that it depends on, relative to `cwd`. A change in one of them rebuilds it. */
  readonly inputs: readonly string[]
  /** The file or folder that the command makes, relative to `cwd`. */
  readonly output: string
  /** Environment variables of the command, besides those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** The image in which the command runs, with `cwd` mounted; default: on this machine. */
  readonly in?: Image
  /**
   * Artifacts that the command reads, to be built before; when one of them comes out different, this one is built again.
   * An artifact of the playbook whose output is among `inputs` need not be listed.
   */
  readonly needs?: readonly Artifact[]
}

const names: OptionNames<ArtifactOptions> = {
  run: true,
  cwd: true,
  inputs: true,
  output: true,
  env: true,
  in: true,
  needs: true,
}

/**
 * Declares a file or folder that is built here, to be given to `push`. Nothing is built while a playbook is evaluated.
 * @param name unique in the playbook and usable as a file name: `user.jar`
 * @throws ProvisionError `playbook` for an empty command, no inputs or an output outside `cwd`
 */
export function artifact(name: string, options: ArtifactOptions): Artifact {
  refuseIf('artifact', typeof name === 'string' ? undefined : `its name is ${shownValue(name)}, not a text`)
  refuseUnknown(`artifact ${name}`, options, names)
  const { run, cwd = '.', inputs, output, env = {}, in: builder, needs = [] } = options
  const problem = firstProblem(
    nameProblem(name),
    argvProblem('run', run, buildTextProblem),
    localProblem('cwd', cwd),
    patternsProblem('inputs', inputs),
    Array.isArray(inputs) && inputs.length === 0
      ? 'inputs: is empty; name the files that it is built from'
      : undefined,
    insideProblem(output),
    recordProblem('env', env, (key, value) =>
      firstProblem(envNameProblem(key), buildTextProblem(`env.${key}`, value)),
    ),
    builder === undefined || isImage(builder) ? undefined : `in: ${shownValue(builder)} is not an image`,
    itemsProblem('needs', needs, 'artifacts', (one) =>
      isArtifact(one)
        ? undefined
        : `needs: ${shownValue(one)} is not an artifact (write artifact("…", { … }))`,
    ),
    maskedProblem({ run, inputs, output, env }),
  )
  if (problem !== undefined) {
    throw new ProvisionError('playbook', `artifact ${name}: ${problem}`, {
      help: 'correct it in the playbook',
    })
  }
  return noText<Artifact>(
    { kind: 'artifact', name, run, cwd, inputs, output, env, in: builder, needs },
    `artifact ${name}`,
    'push it to a host, and write the path that it has there',
  )
}

const nameProblem = (name: string): string | undefined =>
  /^[^/\0\n]+$/.test(name) && name !== '.' && name !== '..'
    ? textProblem('name', name)
    : `${quoted(name)} cannot be a file name`

function insideProblem(output: unknown): string | undefined {
  if (typeof output !== 'string') return buildTextProblem('output', output)
  const outside = output === '' || output.startsWith('/') || output.split('/').includes('..')
  return outside
    ? `output: ${quoted(output)} is not a path inside the folder that it is built in`
    : textProblem('output', output)
}
