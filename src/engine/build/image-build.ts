import type { ImageBuild } from '../../core/build/index.ts'
import type { Digest } from '../../core/digest.ts'
import { ProvisionError } from '../../core/error.ts'
import { label } from '../../core/label.ts'
import { localPath } from '../../core/build/local.ts'
import { quoteAll } from '../../core/quote.ts'
import { dockerReason, hasBrokenOff } from '../../transport/docker/error.ts'
import { cutLines } from '../../transport/lines.ts'
import { onlyBuildKit } from './buildkit.ts'
import { dockerfilePath, packContext, readDockerfile, type Context } from './context.ts'
import { parseDockerfile, type Instruction } from './dockerfile.ts'
import { readMessages, type EngineFailure } from './engine-stream.ts'
import { proxyEnv } from './proxy.ts'
import { spaceHelp } from './space.ts'
import type { BuildTask } from './task.ts'
import type { BuildContext } from './workshop.ts'

export interface ImageBuildJob {
  readonly ref: string
  readonly build: ImageBuild
  readonly context: Context
  /** Of all inputs; becomes a label of the image. */
  readonly digest: Digest
}

interface Step {
  readonly number: number
  readonly total: number
}

/**
 * Builds an image on this machine's engine and gives its id. The engine tags it only once it is complete.
 * @throws ProvisionError `build` with the failed step and its output
 */
export async function runImageBuild(
  job: ImageBuildJob,
  context: BuildContext,
  task: BuildTask,
): Promise<string> {
  const { ref, build } = job
  const engine = await context.engine()
  let step: Step | undefined
  let id: string | undefined
  const lines = cutLines((line) => {
    step = stepOf(line) ?? step
    if (stepOf(line)) task.progress((step?.number ?? 1) - 1, step?.total ?? 1, 'steps')
    task.line(line)
  })
  const fail = async (failure: EngineFailure, help = wayOut(job, context, step)): Promise<ProvisionError> =>
    new ProvisionError('build', `image ${ref}: ${whatFailed(job, context, step, failure)}`, {
      output: task.tail(),
      help: (await spaceHelp(engine)) ?? help,
    })
  const content = await packContext(`image ${ref}`, job.context)
  try {
    const stream = await engine.buildImage(content, {
      t: ref,
      dockerfile: job.context.dockerfile,
      buildargs: { ...proxyEnv(), ...build.args },
      labels: { [label.inputs]: job.digest },
      rm: true,
      forcerm: true,
      abortSignal: context.signal,
      ...(build.target === undefined ? {} : { target: build.target }),
    })
    const failure = await readMessages(stream, (message) => {
      if (message.stream !== undefined) lines.push(message.stream)
      if (message.status !== undefined) task.line(message.status)
      id = message.image ?? id
    })
    lines.end()
    if (failure) throw await fail(failure)
  } catch (caught) {
    // When the engine got only a part, what kept the rest back says more than the engine does.
    const error = content.errored ?? caught
    if (error instanceof ProvisionError || context.signal.aborted) throw error
    const message = dockerReason(error)
    if (hasBrokenOff(error))
      throw await fail({ message: `Docker broke off (${message})`, code: undefined }, runAgain)
    throw await fail({ message, code: undefined })
  }
  if (id !== undefined) return id
  throw await fail({ message: 'the engine named no image at the end of the build', code: undefined })
}

const runAgain =
  'look whether Docker runs here (docker ps), and run the same again: steps that are done are not done twice'

/** `Step 3/5 : RUN make`, as the classic builder begins each step. */
function stepOf(line: string): Step | undefined {
  const [, number, total] = /^Step (\d+)\/(\d+) : /.exec(line) ?? []
  return number === undefined ? undefined : { number: Number(number), total: Number(total) }
}

/** The instruction of a step; all of the Dockerfile when none was begun. */
function instructionsOf(
  { ref, build }: ImageBuildJob,
  playbookDir: string,
  step?: Step,
): readonly Instruction[] {
  const all = parseDockerfile(readDockerfile(`image ${ref}`, build, playbookDir))
  return step ? all.slice(step.number - 1, step.number) : all
}

function wayOut(job: ImageBuildJob, { playbookDir }: BuildContext, step: Step | undefined): string {
  const { ref, build } = job
  const path = dockerfilePath(build, playbookDir)
  for (const instruction of instructionsOf(job, playbookDir, step)) {
    const what = onlyBuildKit(instruction)
    if (what === undefined) continue
    const given = [
      ...Object.entries(build.args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...(build.target === undefined ? [] : ['--target', build.target]),
    ]
    const folder = localPath(build.context, playbookDir)
    const byHand = quoteAll(['docker', 'build', '-t', ref, '-f', path, ...given, folder])
    return (
      `${path}:${instruction.line} needs BuildKit for ${what}, and images are built by Docker's classic builder: do without that, ` +
      `or build it by hand (DOCKER_BUILDKIT=1 ${byHand}) and leave \`build\` out of the image in the playbook`
    )
  }
  return `correct ${path} and run again`
}

function whatFailed(
  job: ImageBuildJob,
  { playbookDir }: BuildContext,
  step: Step | undefined,
  { code, message }: EngineFailure,
): string {
  const path = dockerfilePath(job.build, playbookDir)
  const how = code === undefined ? `failed: ${message}` : `failed with exit code ${code}`
  if (!step) return `building ${path} ${how}`
  const [instruction] = instructionsOf(job, playbookDir, step)
  const where = instruction
    ? `${path}:${instruction.line}: ${shortened(instruction.keyword, instruction.rest)}`
    : path
  return `step ${step.number} of ${step.total} ${how}\n${where}`
}

const shortened = (keyword: string, rest: string): string => {
  const text = `${keyword} ${rest.replaceAll(/\s+/g, ' ')}`
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}
