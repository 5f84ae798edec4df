import { builtArtifact } from '../core/build/built.ts'
import type { BuiltArtifact, Folder } from '../core/build/index.ts'
import { fileClaim, pathClaim } from '../core/graph/claim.ts'
import { digestOf } from '../core/digest.ts'
import { ProvisionError } from '../core/error.ts'
import { fileActions, fileChanges, refuseOthers, statProbe, type WantedFile } from '../core/files.ts'
import type { Host } from '../core/host.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import type { Local } from '../core/build/local.ts'
import { maskedProblem } from '../core/secret/masked.ts'
import { defineModule, type ResourceOptions } from '../core/module.ts'
import { builtContent, mountedContent, type ContentResource, type MountedContent } from '../core/mount.ts'
import type { Stat } from '../core/probe.ts'
import { isRef, ref, resolve, type Ref, type Value } from '../core/ref.ts'
import { declaredTitle, refuseIf } from '../core/rules/refuse.ts'
import {
  firstProblem,
  localProblem,
  modeProblem,
  ownerProblem,
  pathProblem,
  unicodeProblem,
} from '../core/rules/index.ts'
import { fingerprint, isLacking, isSecret, reveal, type Text } from '../core/secret/index.ts'

/** Where the content of a file comes from, and who may do what with it. */
export type FileOptions = (
  | {
      /** The content itself, as UTF-8; a secret does not show anywhere. */
      readonly content: Value<Text>
      readonly from?: never
    }
  | {
      /** A file of this machine, relative to the playbook's folder. */
      readonly from: Local
      readonly content?: never
    }
) & {
  /** Permission bits. Default `0o644`, or `0o755` for a file that is executable here. */
  readonly mode?: number
  /** A user of the host, by name, or by number: `1000`. Default: root when it is made, else left as it is. */
  readonly owner?: string
  /** A group of the host, by name, or by number: `1000`. Default: root's when it is made, else left as it is. */
  readonly group?: string
}

const names: OptionNames<FileOptions> = { content: true, from: true, mode: true, owner: true, group: true }

interface Props {
  readonly title: string
  readonly path: string
  readonly text: Value<Text> | undefined
  readonly source: Ref<BuiltArtifact> | undefined
  readonly mode: number | undefined
  readonly owner: string | undefined
  readonly group: string | undefined
}

interface ResolvedProps extends Omit<Props, 'text' | 'source'> {
  readonly text: Text | undefined
  readonly source: BuiltArtifact | undefined
}

function wanted({ title, path, text, source, mode, owner, group }: ResolvedProps): WantedFile {
  const rights = { path, owner, group, because: [] }
  if (text !== undefined) {
    const problem = contentProblem(`${title}: its content`, text)
    if (problem !== undefined)
      throw new ProvisionError('playbook', problem, { help: 'send it as a file: { from }' })
    const bytes = Buffer.from(reveal(text))
    const content = { from: 'text', text } as const
    return { ...rights, content, digest: digestOf(bytes), size: bytes.length, mode: mode ?? 0o644 }
  }
  const file = source?.type === 'file' ? source.files[0] : undefined
  if (!file) {
    throw new ProvisionError('playbook', `${title}: ${source?.name ?? 'its source'} is a folder here`, {
      help: 'use tree to mirror a folder',
    })
  }
  const { source: from, digest, size, executable } = file
  return {
    ...rights,
    content: { from: 'file', path: from },
    digest,
    size,
    mode: mode ?? (executable ? 0o755 : 0o644),
  }
}

/** Also for what a reference turned out to be. */
const contentProblem = (what: string, content: Text): string | undefined => {
  const text: unknown = reveal(content)
  return typeof text === 'string' ? unicodeProblem(what, text) : `${what}: ${String(text)} is not a text`
}

const resource = defineModule({
  kind: 'file',
  validate: ({ path, text, source, mode, owner, group }: Props) =>
    firstProblem(
      pathProblem('path', path),
      (text === undefined) === (source === undefined) ? 'needs one of `content` and `from`' : undefined,
      text === undefined || isRef(text) || isLacking(text) ? undefined : contentProblem('content', text),
      maskedProblem(text, 'content'),
      modeProblem('mode', mode),
      ownerProblem('owner', owner),
      ownerProblem('group', group),
    ),
  claims: ({ path }) => [pathClaim(path), fileClaim(path)],
  files: ({ path }) => [path],
  probe: (props) => ({ stat: statProbe(props, props.source?.files[0]?.size) }),
  parse: ({ stat }, { title, path }): Stat | undefined => {
    refuseOthers(title, path, 'file', stat)
    return stat
  },
  diff: (props, stat) => fileChanges(wanted(props), stat),
  remedy: (props, _, stat) => ({
    operation: stat ? 'update' : 'create',
    actions: fileActions(wanted(props), stat),
  }),
})

/**
 * A file on a host with content from the playbook or from a file of this machine. Folders above it are made when missing.
 * A container that mounts it is recreated when the content changes.
 * @param path absolute
 */
export function file(
  host: Host,
  path: string,
  options: FileOptions,
  more?: ResourceOptions,
): ContentResource {
  const title = declaredTitle(host, 'file', path)
  refuseUnknown(title, options, names)
  const { content: text, from, mode, owner, group } = options
  refuseIf(title, from === undefined ? undefined : localProblem('from', from))
  const local: Folder | undefined =
    from === undefined ? undefined : { kind: 'folder', path: from, exclude: [] }
  const source = local && builtArtifact(local)
  const made = resource(host, path, { title, path, text, source, mode, owner, group }, more)
  const content = local ? builtContent(local) : textContent(path, text ?? '')
  const digest = ref(
    { label: `digest of ${path}`, needs: [made], builds: made.builds },
    (facts) => resolve(content, facts).digest,
  )
  return Object.assign(made, { mounted: mountedContent(made, path, content), digest })
}

const textContent = (path: string, text: Value<Text>): Ref<MountedContent> =>
  ref({ label: path }, (facts) => {
    const value = resolve(text, facts)
    return {
      type: 'file',
      digest: digestOf(shownContent(value)),
      file: digestOf(reveal(value)),
      because: [path],
    }
  })

/** Stays as it was first written: another digest would recreate all containers that mount a secret file. */
const shownContent = (value: Text): string =>
  isSecret(value) ? `secret:${fingerprint(reveal(value))}` : value
