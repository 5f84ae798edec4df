import { isArtifact, isImage, type Artifact, type Image } from '../core/build/index.ts'
import { ProvisionError } from '../core/error.ts'
import { noText } from '../core/no-text.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import type { Local } from '../core/build/local.ts'
import { refuseIf } from '../core/rules/refuse.ts'
import { maskedProblem } from '../core/secret/masked.ts'
import {
  buildTextProblem,
  firstProblem,
  itemsProblem,
  localProblem,
  quoted,
  recordProblem,
} from '../core/rules/index.ts'
import { shownValue } from '../core/text/shown-value.ts'

/** Where an image comes from. */
export interface ImageOptions {
  /**
   * The folder that it is built from: anew when a file in it changes, or an image of this machine that its Dockerfile builds on.
   * Of the modes of its files only the executable bit counts: what has to be kept from others needs `RUN chmod`.
   * Relative to the playbook's folder; default: not built, but present or pulled, with what `docker login` has kept.
   */
  readonly build?: Local
  /**
   * The Dockerfile, relative to `build`, for Docker's classic builder, which fails at what needs BuildKit: `RUN --mount`.
   * Default `Dockerfile`.
   */
  readonly dockerfile?: string
  /** Build arguments (`ARG`). Never secrets: they can be read from the image. */
  readonly args?: Readonly<Record<string, string>>
  /** The stage of the Dockerfile to stop at; default: the last. */
  readonly target?: string
  /**
   * What has to be built before: images that the Dockerfile builds on (`FROM`), artifacts that it copies. Images of the
   * playbook that it names, and artifacts of the playbook whose output lies in `build`, need not be listed.
   */
  readonly needs?: readonly (Image | Artifact)[]
}

const names: OptionNames<ImageOptions> = {
  build: true,
  dockerfile: true,
  args: true,
  target: true,
  needs: true,
}

// The grammar of references of the distribution project, which Docker follows.
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const reference = new RegExp(
  `^(?:${label}(?:\\.${label})*(?::[0-9]+)?/)?${component}(?:/${component})*(:\\w[\\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$`,
)

/**
 * Declares a container image, built here from a Dockerfile or pulled. Nothing is built while a playbook is evaluated.
 * @param ref its name, with a tag or not: `hash-collision/jre`, `debian:12-slim`. Default tag `latest`. With a digest
 * (`shop/nginx@sha256:…`) it is that very content, pulled by it; hosts have it with the digest as its tag: `sha256-…`
 * @throws ProvisionError `playbook` when Docker would not take the name
 */
export function image(ref: string, options: ImageOptions = {}): Image {
  refuseIf('image', typeof ref === 'string' ? undefined : `its name is ${shownValue(ref)}, not a text`)
  refuseUnknown(`image ${ref}`, options, names)
  const { build, dockerfile = 'Dockerfile', args = {}, target, needs = [] } = options
  const parts = reference.exec(ref)
  const problem = firstProblem(
    parts === null || ref.length > 255
      ? 'Docker does not take this name: lower-case letters, digits, ".", "_", "-", "/", 255 characters at most'
      : undefined,
    build !== undefined && parts?.[2] !== undefined
      ? 'an image that is built here cannot have a digest in its name'
      : undefined,
    dockerfile === '' ? 'dockerfile: is empty' : buildTextProblem('dockerfile', dockerfile),
    target === undefined ? undefined : buildTextProblem('target', target),
    recordProblem('args', args, (key, value) =>
      key === '' || key.includes('=')
        ? `args: ${quoted(key)} cannot be the name of an argument`
        : buildTextProblem(`args.${key}`, value),
    ),
    itemsProblem('needs', needs, 'images and artifacts', (one) =>
      isImage(one) || isArtifact(one)
        ? undefined
        : `needs: ${shownValue(one)} is neither an image nor an artifact (write image("…"))`,
    ),
    build === undefined ? undefined : localProblem('build', build),
    maskedProblem({ dockerfile, args, target }),
    build === undefined &&
      (options.dockerfile ?? options.args ?? options.target ?? options.needs) !== undefined
      ? 'dockerfile, args, target and needs mean nothing without build'
      : undefined,
  )
  if (problem !== undefined) {
    throw new ProvisionError('playbook', `image ${quoted(ref)}: ${problem}`, {
      help: 'correct it in the playbook',
    })
  }
  return noText<Image>(
    {
      kind: 'image',
      ref: parts?.[1] === undefined && parts?.[2] === undefined ? `${ref}:latest` : ref,
      build: build === undefined ? undefined : { context: build, dockerfile, args, target, needs },
    },
    `image ${ref}`,
    'write its name, which is `.ref` of it',
  )
}
