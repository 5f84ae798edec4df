import { digestOfFiles, type BuiltArtifact, type BuiltImage, type LocalFile } from '../build/index.ts'
import { digestOfValue, type Digest } from '../digest.ts'
import * as read from './journal-fields.ts'
import { isObject } from '../rules/shape.ts'

/** Raised when what is kept of a run changes its meaning; an older tool refuses newer ones by name. */
export const keptVersion = 1

/** One file of a kept artifact or folder; its content lies in the store, by its digest. */
export type KeptFile = Omit<LocalFile, 'source'>

export interface KeptArtifact extends Pick<BuiltArtifact, 'name' | 'digest' | 'type'> {
  readonly files: readonly KeptFile[]
}

/** All that a run needs to bring the system back to where it was: what was built, with which params, from which playbook. */
export interface KeptState {
  /** Version of the meaning of this. */
  readonly kept: number
  /** Texts of the params by name, defaults included; secrets are never among them. */
  readonly params: Readonly<Record<string, string>>
  readonly playbook: {
    /** The folder that its files have in common, relative to the project. */
    readonly root: string
    /** The playbook itself, relative to that. */
    readonly file: string
    /** With all that it imports by path, relative to that. */
    readonly files: Readonly<Record<string, Digest>>
  }
  /** Artifacts and local folders, by the id of their build. */
  readonly artifacts: Readonly<Record<string, KeptArtifact>>
  readonly images: readonly Omit<BuiltImage, 'made' | 'changed'>[]
}

/** Two runs that brought the system to the same are kept once. The digest of a folder stands for its thousand files. */
export const keptDigest = (state: KeptState): Digest =>
  digestOfValue({
    ...state,
    artifacts: Object.fromEntries(
      Object.entries(state.artifacts).map(([id, { files, ...rest }]) => [
        id,
        rest.type === 'file' ? { ...rest, files } : rest,
      ]),
    ),
  })

const isWhole = ({ type, digest, files }: KeptArtifact): boolean =>
  type === 'file' || digestOfFiles(files) === digest

/** The digests of all content that a kept state needs. */
export const contentsOf = ({ playbook, artifacts }: KeptState): readonly Digest[] => [
  ...Object.values(playbook.files),
  ...Object.values(artifacts).flatMap(({ files }) => files.map(({ digest }) => digest)),
]

export type ReadKept =
  | { readonly state: 'read'; readonly kept: KeptState }
  | { readonly state: 'newer'; readonly version: number }
  | { readonly state: 'damaged' }

/** Reads what is kept of a run; anything but what was written whole counts as damaged. */
export function readKept(text: string, digest: Digest): ReadKept {
  const fields = read.fieldsIn(text)
  const version = read.maybeNumber(fields?.['kept'])
  if (!fields || version === undefined) return { state: 'damaged' }
  if (version > keptVersion) return { state: 'newer', version }
  const playbook = isObject(fields['playbook']) ? fields['playbook'] : {}
  const artifacts = isObject(fields['artifacts']) ? fields['artifacts'] : {}
  const kept: KeptState = {
    kept: version,
    params: read.textRecord(fields['params']),
    playbook: {
      root: read.textOf(playbook['root']),
      file: read.textOf(playbook['file']),
      files: read.textRecord(playbook['files']),
    },
    artifacts: Object.fromEntries(
      Object.entries(artifacts).flatMap(([id, one]) => (isObject(one) ? [[id, artifactIn(one)]] : [])),
    ),
    images: read.listOf(fields['images']).flatMap((one) => (isObject(one) ? [imageIn(one)] : [])),
  }
  return keptDigest(kept) === digest && Object.values(kept.artifacts).every(isWhole)
    ? { state: 'read', kept }
    : { state: 'damaged' }
}

const artifactIn = ({ name, digest, type, files }: read.Fields): KeptArtifact => ({
  name: read.textOf(name),
  digest: read.textOf(digest),
  type: type === 'folder' ? 'folder' : 'file',
  files: read.listOf(files).flatMap((one) => (isObject(one) ? [fileIn(one)] : [])),
})

const fileIn = ({ path, digest, size, executable }: read.Fields): KeptFile => ({
  path: read.textOf(path),
  digest: read.textOf(digest),
  size: read.numberOf(size),
  executable: executable === true,
})

const imageIn = ({ ref, id, fingerprint, layers }: read.Fields): KeptState['images'][number] => ({
  ref: read.textOf(ref),
  id: read.textOf(id),
  fingerprint: read.textOf(fingerprint),
  layers: read.textsOf(layers),
})
