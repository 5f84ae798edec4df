import { digestOfValue, type Digest } from '../../core/digest.ts'
import { label } from '../../core/label.ts'
import { isObject } from '../../core/rules/shape.ts'

/** The part of Docker's `inspect` of an image that says what containers of it get. */
export interface InspectedImage {
  readonly Os?: string | undefined
  readonly Architecture?: string | undefined
  readonly Variant?: string | undefined
  readonly RootFS?: { readonly Layers?: readonly string[] | undefined } | undefined
  readonly Config?: Readonly<Partial<Record<ConfigKey, unknown>>> | null | undefined
}

/** What a container inherits; the rest of `Config` (Hostname, Image, AttachStdin…) tells of the build alone. */
const configKeys = [
  'Cmd',
  'Entrypoint',
  'Env',
  'ExposedPorts',
  'Healthcheck',
  'Labels',
  'OnBuild',
  'Shell',
  'StopSignal',
  'User',
  'Volumes',
  'WorkingDir',
] as const
type ConfigKey = (typeof configKeys)[number]

/**
 * The same on every engine for the same layers and configuration. An image's id is not: the containerd store takes the
 * manifest's digest for it, the older stores the configuration's.
 */
export function imageFingerprint(image: InspectedImage): Digest {
  const { Config: config } = image
  return digestOfValue({
    os: image.Os,
    architecture: image.Architecture,
    variant: given(image.Variant),
    layers: image.RootFS?.Layers ?? [],
    config: Object.fromEntries(
      configKeys.map((key) => [key, given(key === 'Labels' ? withoutInputs(config?.[key]) : config?.[key])]),
    ),
  })
}

/** A file that a Dockerfile does not copy counts among the inputs, and gives containers nothing else. */
function withoutInputs(labels: unknown): unknown {
  if (!isObject(labels)) return labels
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== label.inputs))
}

/** Engines differ in whether they leave out what is not set or say `null`, `""`, `[]` or `{}`. */
function given(value: unknown): unknown {
  if (value === null || value === '') return undefined
  if (typeof value === 'object' && Object.keys(value).length === 0) return undefined
  return value
}
